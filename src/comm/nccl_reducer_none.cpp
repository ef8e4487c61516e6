// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "comm/nccl_reducer.hpp"

namespace ltr::comm {

std::unique_ptr<GradientReducer> make_nccl_reducer(const Group& /*group*/, config::Reduction /*reduction*/,
                                                   const ReducerOptions& /*place*/) {
  throw base::ConfigError(
      "NCCL is asked to exchange gradients, but this program was built without CUDA (preset cuda builds it "
      "with); use parallel.exchange = \"mpi\"");
}

std::string nccl_version() { return "none"; }

}  // namespace ltr::comm
