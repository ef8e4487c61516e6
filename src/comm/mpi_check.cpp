// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_check.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/format.hpp"
#include "base/host.hpp"
#include "comm/group.hpp"

namespace ltr::comm {

void mpi_failed(int code, const char* call, const std::source_location& place) {
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) length = 0;
  int rank = -1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  // Some libraries tell in several lines where they were.
  std::string said(text.data(), static_cast<std::size_t>(length));
  std::ranges::replace(said, '\n', ' ');
  std::string_view file = place.file_name();
  file.remove_prefix(file.rfind('/') + 1);
  throw CommunicationError(
      base::format("{} failed with \"{}\" on rank {} ({}), at {}:{}; the ranks can no longer work together; "
                   "look for a rank "
                   "or a network that went away, then start the same command again",
                   call, said, rank, base::host_name(), file, place.line()));
}

}  // namespace ltr::comm
