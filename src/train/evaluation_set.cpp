// SPDX-License-Identifier: Apache-2.0
#include "train/evaluation_set.hpp"

#include <algorithm>
#include <utility>

#include "train/device_prefetcher.hpp"
#include "train/torch_error.hpp"

namespace ltr::train {
namespace {

void append_batch(std::int64_t batch, std::int64_t images, std::vector<data::LoaderItem>& items) {
  const std::int64_t end = std::min(images, (batch + 1) * kEvaluationBatch);
  for (std::int64_t i = batch * kEvaluationBatch; i < end; ++i) {
    items.push_back({base::SampleIndex(i), {}});
  }
}

}  // namespace

EvaluationSet::EvaluationSet(const comm::Group& group, const data::Pack& pack, EvaluationOptions options)
    : group_(group),
      pack_(&pack),
      options_(std::move(options)),
      images_(options_.most_images > 0 ? std::min(options_.most_images, pack.images()) : pack.images()) {
  options_.loader.mode = data::LoaderMode::evaluation;
  const std::int64_t all = (images_ + kEvaluationBatch - 1) / kEvaluationBatch;
  first_batch_ = all * group.rank() / group.size();
  batches_ = all * (group.rank() + 1) / group.size() - first_batch_;
}

void EvaluationSet::visit(const Visitor& visitor) {
  comm::agree(group_, [&] {
    const torch::NoGradGuard no_grad;
    translating_torch_errors([&] {
      if (in_memory_) {
        for (const MicroBatch& batch : kept_) {
          visitor(batch.inputs.to(options_.device.device), batch.labels.to(options_.device.device));
        }
      } else {
        visit_images(visitor);
      }
    });
  });
}

void EvaluationSet::visit_images(const Visitor& visitor) {
  if (batches_ == 0) return;
  const int size = options_.loader.transform.size;
  const std::int64_t image_bytes = std::int64_t{3} * size * size * static_cast<std::int64_t>(sizeof(float));
  const bool keep = batches_ * kEvaluationBatch * image_bytes <= kPixelCacheBytes;
  std::vector<MicroBatch> kept;
  data::Loader loader(*pack_, DevicePrefetcher::loader_options(options_.loader, options_.device), batches_,
                      [this](std::int64_t batch, std::vector<data::LoaderItem>& items) {
                        append_batch(first_batch_ + batch, images_, items);
                      });
  DevicePrefetcher prefetcher(options_.loader, options_.device);
  for (std::int64_t i = 0; i < batches_; ++i) {
    if (options_.watch) options_.watch(i, batches_);
    prefetcher.release();
    prefetcher.begin(loader.next());
    const MicroBatch batch = prefetcher.take();
    visitor(batch.inputs, batch.labels);
    if (keep) kept.push_back(batch);
  }
  kept_ = std::move(kept);
  in_memory_ = keep;
}

/// Of a set whose inputs are in memory.
EvaluationOptions EvaluationSet::without_watch() const {
  return {.loader = options_.loader, .device = options_.device, .most_images = images_};
}

EvaluationSet EvaluationSet::with_inputs(const RowReader& row_reader) const {
  EvaluationSet result(group_, *pack_, without_watch());
  for (std::int64_t batch = first_batch_; batch < first_batch_ + batches_; ++batch) {
    const std::int64_t first = batch * kEvaluationBatch;
    const std::int64_t count = std::min(kEvaluationBatch, images_ - first);
    torch::Tensor labels = torch::empty({count}, torch::kInt64);
    for (std::int64_t i = 0; i < count; ++i) {
      labels.data_ptr<std::int64_t>()[i] = pack_->label(base::SampleIndex(first + i)).value();
    }
    result.kept_.push_back({row_reader(first, count), labels});
  }
  result.in_memory_ = true;
  return result;
}

EvaluationSet EvaluationSet::mapped(const std::function<torch::Tensor(const torch::Tensor&)>& map) {
  EvaluationSet result(group_, *pack_, without_watch());
  visit([&](const torch::Tensor& inputs, const torch::Tensor& labels) {
    result.kept_.push_back({map(inputs).cpu(), labels.cpu()});
  });
  result.in_memory_ = true;
  return result;
}

}  // namespace ltr::train
