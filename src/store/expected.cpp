// SPDX-License-Identifier: Apache-2.0
#include "store/expected.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::store {
namespace {
std::string type_name(hid_t type) {
  const std::size_t bits = 8 * H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return base::format("{}int{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
    case H5T_FLOAT:
      return base::format("float{}", bits);
    case H5T_STRING:
      return H5Tis_variable_str(type) > 0 ? "text" : "fixed-length text";
    default:
      return "another type";
  }
}
}  // namespace

Handle text_type(std::string_view place) {
  Handle type = LTR_HDF5_HANDLE(place, H5Tcopy(H5T_C_S1));
  LTR_HDF5(place, H5Tset_size(type.id(), H5T_VARIABLE));
  LTR_HDF5(place, H5Tset_cset(type.id(), H5T_CSET_UTF8));
  return type;
}

void check_type(std::string_view place, const Handle& stored, hid_t wanted) {
  const std::string have = type_name(stored.id());
  const std::string want = type_name(wanted);
  if (have == want) return;
  throw base::DataError(
      base::format("{} holds {}, but {} is expected there; the file was written by another program or "
                   "version, so write it again",
                   place, have, want));
}

void throw_absent(std::string_view place, std::string_view what) {
  throw base::DataError(base::format(
      "{}: there is no such {}; the file was written by another program or is incomplete, so write it again",
      place, what));
}

}  // namespace ltr::store
