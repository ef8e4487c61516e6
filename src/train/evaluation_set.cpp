// SPDX-License-Identifier: Apache-2.0
#include "train/evaluation_set.hpp"

#include <algorithm>
#include <utility>

#include "train/compute_device.hpp"
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

EvaluationSet::EvaluationSet(const comm::Group& group, const data::Pack& pack,
                             const data::LoaderOptions& loader, Watch watch, std::int64_t most_images)
    : group_(group),
      pack_(&pack),
      loader_(loader),
      watch_(std::move(watch)),
      images_(most_images > 0 ? std::min(most_images, pack.images()) : pack.images()) {
  loader_.mode = data::LoaderMode::evaluation;
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
          visitor(on_compute_device(batch.inputs), on_compute_device(batch.labels));
        }
      } else {
        visit_images(visitor);
      }
    });
  });
}

void EvaluationSet::visit_images(const Visitor& visitor) {
  if (batches_ == 0) return;
  const int size = loader_.transform.size;
  const std::int64_t image_bytes = std::int64_t{3} * size * size * static_cast<std::int64_t>(sizeof(float));
  const bool keep = batches_ * kEvaluationBatch * image_bytes <= kPixelCacheBytes;
  std::vector<MicroBatch> kept;
  data::Loader loader(*pack_, DevicePrefetcher::loader_options(loader_, compute()), batches_,
                      [this](std::int64_t batch, std::vector<data::LoaderItem>& items) {
                        append_batch(first_batch_ + batch, images_, items);
                      });
  DevicePrefetcher stage(loader_, compute());
  for (std::int64_t i = 0; i < batches_; ++i) {
    if (watch_) watch_(i, batches_);
    stage.release();
    stage.begin(loader.next());
    const MicroBatch batch = stage.take();
    visitor(batch.inputs, batch.labels);
    if (keep) kept.push_back(batch);
  }
  kept_ = std::move(kept);
  in_memory_ = keep;
}

EvaluationSet EvaluationSet::with_inputs(const RowReader& row_reader) const {
  EvaluationSet result(group_, *pack_, loader_, {}, images_);
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
  EvaluationSet result(group_, *pack_, loader_, {}, images_);
  visit([&](const torch::Tensor& inputs, const torch::Tensor& labels) {
    result.kept_.push_back({map(inputs).cpu(), labels.cpu()});
  });
  result.in_memory_ = true;
  return result;
}

}  // namespace ltr::train
