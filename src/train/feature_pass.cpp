// SPDX-License-Identifier: Apache-2.0
#include "train/feature_pass.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "store/seal.hpp"
#include "train/compute_device.hpp"
#include "train/kernels.hpp"

namespace ltr::train {
namespace {

float mean_of(std::int64_t sum, std::int64_t images) {
  return images == 0 ? 0.0F
                     : static_cast<float>(static_cast<double>(sum) / AddToClassSum::kUnitsOfOne /
                                          static_cast<double>(images));
}

/// Rows of a scratch file of features.
class FeatureFile {
 public:
  FeatureFile(std::filesystem::path path, std::int64_t width)
      : path_(std::move(path)), row_bytes_(width * static_cast<std::int64_t>(sizeof(float))), width_(width) {}

  [[nodiscard]] bool holds(std::int64_t rows) const {
    std::error_code absent;
    const std::uintmax_t size = std::filesystem::file_size(path_, absent);
    if (absent || size != static_cast<std::uintmax_t>(rows * row_bytes_) + store::kSealBytes) return false;
    return store::check_seal(path_);
  }
  [[nodiscard]] torch::Tensor read(std::int64_t first, std::int64_t count) const {
    torch::Tensor rows = torch::empty({count, width_});
    std::ifstream stream(path_, std::ios::binary);
    stream.seekg(first * row_bytes_);
    if (!stream.read(static_cast<char*>(rows.data_ptr()), count * row_bytes_)) {
      throw base::SystemError(base::format(
          "rows {} to {} of the features in {} cannot be read; the classifiers stand on them; put "
          "run.output on a file system that all hosts share, or remove the file to compute them again",
          first, first + count - 1, path_.string()));
    }
    return rows;
  }

 private:
  std::filesystem::path path_;
  std::int64_t row_bytes_;
  std::int64_t width_;
};

bool is_sound(const FeatureFile& file, std::int64_t rows, const Scratch& scratch) {
  try {
    return file.holds(rows);
  } catch (const base::DataError& error) {
    if (scratch.warn) scratch.warn(base::format("{}; these features are computed again", error.what()));
    return false;
  }
}

/// The inputs of all ranks to the file, by rank 0.
void write_features(EvaluationSet& features, const Scratch& scratch) {
  std::vector<std::byte> own;
  features.visit([&](const torch::Tensor& rows, const torch::Tensor&) {
    const torch::Tensor on_host = rows.cpu();
    const auto bytes =
        std::as_bytes(std::span(on_host.data_ptr<float>(), static_cast<std::size_t>(rows.numel())));
    own.insert(own.end(), bytes.begin(), bytes.end());
  });
  const std::vector<std::byte> all = features.group().gather(own, 0);
  comm::agree(features.group(), [&] {
    if (features.group().rank() != 0) return;
    if (scratch.before_write) scratch.before_write();
    store::write_sealed(scratch.file, all);
  });
}

}  // namespace

EvaluationSet features_of(EvaluationSet& images, model::Backbone& backbone) {
  backbone.eval();
  return images.mapped([&](const torch::Tensor& pixels) { return backbone.forward(pixels).contiguous(); });
}

EvaluationSet features_of(EvaluationSet& images, model::Backbone& backbone, const Scratch& scratch) {
  const comm::Group& group = images.group();
  const FeatureFile file(scratch.file, backbone.features());
  std::string there;
  comm::agree(group, [&] {
    if (group.rank() == 0 && is_sound(file, images.images(), scratch)) there = "there";
  });
  if (group.broadcast(there, 0).empty()) {
    EvaluationSet features = features_of(images, backbone);
    write_features(features, scratch);
    return features;
  }
  std::optional<EvaluationSet> features;
  comm::agree(group, [&] {
    features =
        images.with_inputs([&](std::int64_t first, std::int64_t count) { return file.read(first, count); });
  });
  return std::move(*features);
}

ClassSums::ClassSums(std::int32_t classes, std::int64_t width)
    : width_(width),
      sums_(static_cast<std::size_t>(classes) * static_cast<std::size_t>(width)),
      images_(static_cast<std::size_t>(classes)) {}

void ClassSums::add(const torch::Tensor& features, const torch::Tensor& labels) {
  const torch::Tensor rows = features.contiguous();
  if (!own_.defined()) {
    own_ = torch::zeros({std::ssize(sums_) + std::ssize(images_) + 1}, labels.options());
  }
  auto* const sums = own_.data_ptr<std::int64_t>();
  std::int64_t* const images = sums + sums_.size();
  for_each_index(rows.numel(),
                 AddToClassSum{rows.data_ptr<float>(), labels.data_ptr<std::int64_t>(), width_, sums, images,
                               images + images_.size()},
                 current_stream(rows.device()));
}

void ClassSums::sum(const comm::Group& group) {
  std::vector<std::int64_t> all(sums_.size() + images_.size() + 1);
  if (own_.defined()) {
    const torch::Tensor here = own_.cpu();
    std::copy_n(here.data_ptr<std::int64_t>(), all.size(), all.begin());
  }
  group.sum(all);
  if (all.back() != 0) {
    throw base::SystemError(
        base::format("{} values of features are not finite or above {}, and cannot be summed exactly; the "
                     "backbone's weights have diverged: train it with a lower learning rate",
                     all.back(), AddToClassSum::kLargest));
  }
  const auto images = all.begin() + std::ssize(sums_);
  std::copy(all.begin(), images, sums_.begin());
  std::copy_n(images, images_.size(), images_.begin());
}

torch::Tensor ClassSums::class_means() const {
  torch::Tensor means = torch::empty({static_cast<std::int64_t>(images_.size()), width_});
  float* mean = means.data_ptr<float>();
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    mean[i] = mean_of(sums_[i], images_[i / static_cast<std::size_t>(width_)]);
  }
  return means;
}

torch::Tensor ClassSums::mean() const {
  const std::int64_t images = std::reduce(images_.begin(), images_.end());
  std::vector<std::int64_t> totals(static_cast<std::size_t>(width_));
  for (std::size_t i = 0; i < sums_.size(); ++i) totals[i % totals.size()] += sums_[i];
  torch::Tensor result = torch::empty({width_});
  for (std::size_t d = 0; d < totals.size(); ++d) result.data_ptr<float>()[d] = mean_of(totals[d], images);
  return result;
}

ClassSums class_sums(EvaluationSet& set, std::int64_t width,
                     const std::function<torch::Tensor(const torch::Tensor&)>& map) {
  ClassSums sums(set.classes(), width);
  set.visit([&](const torch::Tensor& inputs, const torch::Tensor& labels) { sums.add(map(inputs), labels); });
  sums.sum(set.group());
  return sums;
}

}  // namespace ltr::train
