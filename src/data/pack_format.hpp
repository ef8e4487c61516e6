// SPDX-License-Identifier: Apache-2.0
// The names inside a pack's HDF5 file, which the writer and the reader share.
#pragma once

#include <string_view>

namespace ltr::data::pack_format {

// Attributes of the file.
inline constexpr std::string_view kContents =
    "contents";  ///< always kContentsValue: tells a pack from other HDF5
inline constexpr std::string_view kContentsValue = "ltr_grid pack";
inline constexpr std::string_view kSchemaVersion = "schema_version";
inline constexpr std::string_view kName = "name";
inline constexpr std::string_view kListHash = "list_hash";
inline constexpr std::string_view kDropped = "dropped";  ///< int64: images of the list that were left out
inline constexpr std::string_view kLenient = "lenient";  ///< int64: damaged images, as PIL takes them

// Data sets; images are grouped by class.
inline constexpr std::string_view kBytes = "bytes";      ///< uint8: the encoded images, one after another
inline constexpr std::string_view kOffsets = "offsets";  ///< uint64 [N+1]: image i is bytes[o_i, o_i+1)
inline constexpr std::string_view kLabels = "labels";    ///< int32 [N]
inline constexpr std::string_view kPaths = "paths";      ///< text [N]
inline constexpr std::string_view kCrc32 = "crc32";      ///< uint32 [N], zlib's
inline constexpr std::string_view kResolutions = "resolutions";   ///< int32 [N, 2]: height, width
inline constexpr std::string_view kClassCounts = "class_counts";  ///< int64 [K]
inline constexpr std::string_view kClassNames = "class_names";    ///< text [K]

/// The data set that the file's seal leaves out: its images have checksums of their own.
inline constexpr std::string_view kUnsealed = "/bytes";

}  // namespace ltr::data::pack_format
