// SPDX-License-Identifier: Apache-2.0
#include "base/path.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::base {
namespace {

bool in_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The variable at the head of a path, and how many characters stand for it there.
struct Variable {
  std::string_view name;  ///< "" if there is none
  std::size_t length = 0;
};

Variable variable_at_head(std::string_view path) {
  if (path == "~" || path.starts_with("~/")) return {"HOME", 1};
  if (!path.starts_with('$')) return {};
  const bool braced = path.starts_with("${");
  const std::string_view rest = path.substr(braced ? 2 : 1);
  const auto end = std::ranges::find_if_not(rest, in_a_name);
  const std::string_view name(rest.begin(), end);
  const bool closed = !braced || (end != rest.end() && *end == '}');
  if (name.empty() || (name.front() >= '0' && name.front() <= '9') || !closed) return {};
  return {name, name.size() + (braced ? 3 : 1)};
}

}  // namespace

std::string expanded_path(std::string_view path) {
  const Variable variable = variable_at_head(path);
  if (!variable.name.empty()) {
    const char* value = std::getenv(std::string(variable.name).c_str());
    if (value != nullptr && *value != '\0') return value + std::string(path.substr(variable.length));
    throw ConfigError(
        format("the path {} begins with {}, and the environment has no {}; where it leads is not known; set "
               "the variable, or "
               "write the path out",
               path, path.substr(0, variable.length), variable.name));
  }
  if (path.starts_with('~') || path.starts_with("${")) {
    throw ConfigError(
        format("the path {} begins with {}; only ~/, $NAME and ${{NAME}} are expanded there; write the path "
               "out, or ./{} "
               "if that is the file's name",
               path, path.substr(0, path.find('/')), path));
  }
  return std::string(path);
}

std::filesystem::path installed_folder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  std::filesystem::path folder = (program.parent_path() / build_info().share_from_bin).lexically_normal();
  return std::filesystem::is_directory(folder / "configs", error) ? folder : std::filesystem::path();
}

std::string shipped_path(std::string_view path) {
  std::error_code error;
  const std::filesystem::path typed(path);
  if (typed.is_absolute() || std::filesystem::exists(typed, error)) return std::string(path);
  const std::filesystem::path installed = installed_folder();
  if (installed.empty()) return std::string(path);
  for (const std::filesystem::path& file : {installed / "configs" / typed, installed / typed}) {
    if (std::filesystem::is_regular_file(file, error)) return file.string();
  }
  throw ConfigError(
      format("there is no file {}, neither here nor in {} of this installation, so it cannot be read; check "
             "the name",
             path, (installed / "configs").string()));
}

}  // namespace ltr::base
