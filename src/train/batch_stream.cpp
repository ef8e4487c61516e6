// SPDX-License-Identifier: Apache-2.0
#include "train/batch_stream.hpp"

#include <utility>

namespace ltr::train {
namespace {

data::LoaderOptions for_training(const BatchStreamOptions& options) {
  data::LoaderOptions loader = options.loader;
  loader.mode = data::LoaderMode::training;
  return DevicePrefetcher::loader_options(loader, options.device);
}

int own_micro_batches(const sampling::BatchShape& shape) { return shape.micro_batches / shape.ranks; }

}  // namespace

BatchStream::BatchStream(const data::Pack& pack, const BatchStreamOptions& options,
                         sampling::EpochDraws draws, std::int64_t first_step)
    : draws_(std::move(draws)),
      global_batch_(options.shape.global_batch),
      left_((options.draws.draws_per_epoch / options.shape.global_batch - first_step) *
            own_micro_batches(options.shape)),
      loader_(pack, for_training(options), left_,
              [this, shape = options.shape, rank = options.rank, seed = options.draws.seed, first_step](
                  std::int64_t batch, std::vector<data::LoaderItem>& items) {
                const int own = own_micro_batches(shape);
                const int micro_batch =
                    sampling::first_micro_batch(shape, rank) + static_cast<int>(batch % own);
                const auto range = sampling::micro_batch_draws(shape, first_step + batch / own, micro_batch);
                for (std::int64_t k = range.begin; k < range.end; ++k) {
                  items.push_back({draws_.sample(k), {seed, draws_.epoch(), k}});
                }
              }),
      prefetcher_(options.loader, options.device) {}

MicroBatch BatchStream::next() {
  if (failure_) std::rethrow_exception(failure_);
  if (!fetched_) fetch();
  fetched_ = false;
  return prefetcher_.take();
}

void BatchStream::prefetch() {
  if (fetched_ || failure_ || left_ == 0) return;
  try {
    fetch();
  } catch (...) {
    failure_ = std::current_exception();
  }
}

std::vector<std::int64_t> BatchStream::classes_of_step(std::int64_t step) const {
  std::vector<std::int64_t> drawn(draws_.quotas().size(), 0);
  for (std::int64_t k = step * global_batch_; k < (step + 1) * global_batch_; ++k) {
    ++drawn[static_cast<std::size_t>(draws_.draw(k).class_id.value())];
  }
  return drawn;
}

void BatchStream::fetch() {
  prefetcher_.release();
  batch_ = &loader_.next();
  prefetcher_.begin(*batch_);
  --left_;
  fetched_ = true;
}

}  // namespace ltr::train
