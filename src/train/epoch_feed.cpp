// SPDX-License-Identifier: Apache-2.0
#include "train/epoch_feed.hpp"

#include <array>
#include <exception>
#include <span>

#include "base/hash.hpp"
#include "sampling/class_weights.hpp"
#include "train/compute_device.hpp"

namespace ltr::train {
namespace {

data::LoaderOptions for_training(data::LoaderOptions options) {
  options.mode = data::LoaderMode::training;
  return InputStage::loader_options(options, compute());
}

int own_micro_batches(const sampling::BatchShape& shape) { return shape.micro_batches / shape.ranks; }

/// Eight bytes, the lowest first, whatever the machine.
std::array<std::byte, 8> bytes_of(std::int64_t value) {
  std::array<std::byte, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
  return bytes;
}

}  // namespace

EpochFeed::EpochFeed(const data::Pack& pack, const FeedOptions& options, std::int64_t epoch,
                     std::int64_t first_step)
    : draws_(options.draws, pack.class_counts(), epoch),
      global_batch_(options.shape.global_batch),
      left_((options.draws.draws_per_epoch / options.shape.global_batch - first_step) *
            own_micro_batches(options.shape)),
      loader_(pack, for_training(options.loader), left_,
              [this, shape = options.shape, rank = options.rank, seed = options.draws.seed, epoch,
               first_step](std::int64_t batch, std::vector<data::LoaderItem>& items) {
                const int own = own_micro_batches(shape);
                const int micro_batch =
                    sampling::first_micro_batch(shape, rank) + static_cast<int>(batch % own);
                const auto range = sampling::micro_batch_draws(shape, first_step + batch / own, micro_batch);
                for (std::int64_t k = range.begin; k < range.end; ++k) {
                  items.push_back({draws_.sample(k), {seed, epoch, k}});
                }
              }),
      stage_(options.loader, compute()) {}

MicroBatch EpochFeed::next() {
  if (failure_) std::rethrow_exception(failure_);
  if (!fetched_) fetch();
  fetched_ = false;
  return stage_.take();
}

void EpochFeed::prefetch() {
  if (fetched_ || failure_ || left_ == 0) return;
  try {
    fetch();
  } catch (...) {
    failure_ = std::current_exception();
  }
}

std::vector<std::int64_t> EpochFeed::classes_of_step(std::int64_t step) const {
  std::vector<std::int64_t> drawn(draws_.quotas().size(), 0);
  for (std::int64_t k = step * global_batch_; k < (step + 1) * global_batch_; ++k) {
    ++drawn[static_cast<std::size_t>(draws_.draw(k).class_id.value())];
  }
  return drawn;
}

void EpochFeed::fetch() {
  stage_.release();
  const data::Batch& batch = loader_.next();
  stage_.begin(batch);
  --left_;
  fetched_ = true;
}

DrawAccount account_of(const data::Pack& pack, const sampling::DrawOptions& options, std::int64_t epoch) {
  const sampling::EpochDraws draws(options, pack.class_counts(), epoch);
  DrawAccount account;
  account.probabilities =
      sampling::class_probabilities(options.kind, pack.class_counts(), epoch, options.epochs);
  account.made.assign(static_cast<std::size_t>(pack.classes()), 0);
  base::Sha256 hash;
  for (std::int64_t k = 0; k < options.draws_per_epoch; ++k) {
    const base::SampleIndex sample = draws.sample(k);
    ++account.made[static_cast<std::size_t>(pack.label(sample).value())];
    hash.add(bytes_of(sample.value()));
  }
  account.digest = hash.hex();
  return account;
}

}  // namespace ltr::train
