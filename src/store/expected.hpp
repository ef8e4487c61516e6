// SPDX-License-Identifier: Apache-2.0
// What a file must hold: element types and the errors when it does not; for the sources of this room only.
#pragma once

#include <string_view>

#include "store/file.hpp"
#include "store/hdf5_call.hpp"

namespace ltr::store {

/// The type in the file, the same bytes on every machine.
template <Element T>
hid_t file_type() {
  if constexpr (std::same_as<T, std::uint8_t>) return H5T_STD_U8LE;
  if constexpr (std::same_as<T, std::int32_t>) return H5T_STD_I32LE;
  if constexpr (std::same_as<T, std::uint32_t>) return H5T_STD_U32LE;
  if constexpr (std::same_as<T, std::int64_t>) return H5T_STD_I64LE;
  if constexpr (std::same_as<T, std::uint64_t>) return H5T_STD_U64LE;
  if constexpr (std::same_as<T, float>) return H5T_IEEE_F32LE;
  if constexpr (std::same_as<T, double>) return H5T_IEEE_F64LE;
}

/// The same type as this machine holds it.
template <Element T>
hid_t memory_type() {
  if constexpr (std::same_as<T, std::uint8_t>) return H5T_NATIVE_UINT8;
  if constexpr (std::same_as<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::same_as<T, std::uint32_t>) return H5T_NATIVE_UINT32;
  if constexpr (std::same_as<T, std::int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::same_as<T, std::uint64_t>) return H5T_NATIVE_UINT64;
  if constexpr (std::same_as<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::same_as<T, double>) return H5T_NATIVE_DOUBLE;
}

/// Variable-length UTF-8.
[[nodiscard]] Handle text_type(std::string_view place);

/// Throws: DataError if `stored` is not of the kind and width of `wanted`.
void check_type(std::string_view place, const Handle& stored, hid_t wanted);

/// Throws: DataError saying that `place` has no such thing.
[[noreturn]] void throw_absent(std::string_view place, std::string_view what);

}  // namespace ltr::store
