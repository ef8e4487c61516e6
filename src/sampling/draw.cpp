// SPDX-License-Identifier: Apache-2.0
#include "sampling/draw.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/random.hpp"
#include "sampling/class_weights.hpp"
#include "sampling/quota.hpp"

namespace ltr::sampling {
namespace {

// Shuffling a small class anew for each draw would cost more than the rest of the draw, so what small classes
// give in an epoch is kept, a byte a draw, up to this many in all: memory stays O(K).
constexpr std::int64_t most_order_bytes(std::size_t classes) {
  constexpr std::int64_t kForFewClasses = 128 << 10;
  constexpr std::int64_t kPerClass = 56;
  return kForFewClasses + kPerClass * static_cast<std::int64_t>(classes);
}

std::uint64_t bits_of(std::int64_t value) { return static_cast<std::uint64_t>(value); }

const DrawOptions& checked(const DrawOptions& options) {
  if (options.draws_per_epoch >= 1) return options;
  throw base::ConfigError(base::format(
      "An epoch would have {} draws; there would be nothing to train on. Choose a global batch no larger "
      "than the training set.",
      options.draws_per_epoch));
}

Permutation slot_order(const DrawOptions& options, std::int64_t epoch) {
  const base::CounterRandom random(options.seed, base::Stream::slot_permutation, bits_of(epoch));
  return Permutation(options.draws_per_epoch, random);
}

std::vector<std::uint64_t> epoch_sums(const DrawOptions& options, std::span<const std::int64_t> class_counts,
                                      std::int64_t epoch) {
  return running_sums(class_weights(options.kind, class_counts, epoch, options.epochs));
}

/// The last class that starts at or before `value`. Both outcomes of each step are equally likely, so the
/// search is written without branches. Shape: starts [K+1].
std::size_t class_at(std::span<const std::uint64_t> starts, std::uint64_t value) {
  const std::uint64_t* first = starts.data();
  for (std::size_t count = starts.size() - 1; count > 1;) {
    const std::size_t half = count / 2;
    first += first[half] <= value ? half : 0;
    count -= half;
  }
  return static_cast<std::size_t>(first - starts.data());
}

/// Random numbers of the k-th independent draw, of which the class is the first.
base::CounterRandom independent_draw(const DrawOptions& options, std::int64_t epoch, std::int64_t k) {
  return base::CounterRandom(options.seed, base::Stream::independent_draw, bits_of(epoch), bits_of(k));
}

/// As many slots for each class as independent draws give it. That a permutation then deals the slots to
/// draws is as good as the draws' own order: given the counts, all orders are equally likely.
std::vector<std::uint64_t> independent_slot_starts(const DrawOptions& options,
                                                   std::span<const std::uint64_t> sums, std::int64_t epoch) {
  std::vector<std::uint64_t> starts(sums.size(), 0);
  for (std::int64_t k = 0; k < options.draws_per_epoch; ++k) {
    base::CounterRandom random = independent_draw(options, epoch, k);
    ++starts[class_at(sums, random.below(sums.back())) + 1];
  }
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  return starts;
}

std::vector<std::uint64_t> epoch_slot_starts(const DrawOptions& options,
                                             std::span<const std::int64_t> class_counts, std::int64_t epoch) {
  const std::vector<std::uint64_t> sums = epoch_sums(options, class_counts, epoch);
  if (options.scheme == SamplingScheme::independent_class)
    return independent_slot_starts(options, sums, epoch);
  return slot_starts(sums, options.draws_per_epoch, quota_offset(options.seed, epoch, sums.back()));
}

/// floor(M w_j / W).
std::vector<std::int64_t> expected_draws(std::span<const std::uint64_t> sums, std::int64_t draws) {
  std::vector<std::int64_t> result = widths(sums);
  for (std::int64_t& value : result) {
    value = static_cast<std::int64_t>(static_cast<unsigned __int128>(draws) * bits_of(value) / sums.back());
  }
  return result;
}

void add_to(std::vector<std::int64_t>& sums, std::span<const std::int64_t> values) {
  std::ranges::transform(sums, values, sums.begin(), std::plus{});
}

/// Whether a class's images go on where the epoch before stopped. Class cycling counts runs of a class from
/// epoch 0 on instead.
bool carries_positions(SamplingScheme scheme) {
  return scheme == SamplingScheme::exact || scheme == SamplingScheme::independent_class;
}

}  // namespace

EpochDraws::EpochDraws(const DrawOptions& options, std::span<const std::int64_t> class_counts,
                       std::int64_t epoch, std::span<const std::int64_t> earlier)
    : options_(checked(options)),
      epoch_(epoch),
      slots_(slot_order(options, epoch)),
      starts_(options.scheme == SamplingScheme::independent
                  ? epoch_sums(options, class_counts, epoch)
                  : epoch_slot_starts(options, class_counts, epoch)),
      quotas_(options.scheme == SamplingScheme::independent ? expected_draws(starts_, options.draws_per_epoch)
                                                            : widths(starts_)) {
  classes_.resize(class_counts.size() + 1);
  for (std::size_t j = 0; j < class_counts.size(); ++j) {
    classes_[j].pass = earlier[j] / class_counts[j];
    classes_[j].position = earlier[j] % class_counts[j];
    classes_[j + 1].first_sample = classes_[j].first_sample + class_counts[j];
  }
  if (options.scheme == SamplingScheme::class_cycling) quotas_ = quotas_of_cycling();
  if (!carries_positions(options.scheme)) return;
  choose_stored_orders();
  store_orders();
}

void EpochDraws::choose_stored_orders() {
  std::int64_t bytes = 0;
  for (std::size_t j = 0; j < quotas_.size(); ++j) {
    if (images_of(j) > Permutation::kLargestShuffled) continue;
    if (quotas_[j] > most_order_bytes(quotas_.size()) - bytes) continue;
    classes_[j].order = bytes;
    bytes += quotas_[j];
  }
  orders_.resize(static_cast<std::size_t>(bytes));
}

void EpochDraws::store_orders() {
  for (std::size_t j = 0; j < quotas_.size(); ++j) {
    if (classes_[j].order < 0) continue;
    std::uint8_t* out = orders_.data() + classes_[j].order;
    std::int64_t pass = classes_[j].pass;
    std::int64_t position = classes_[j].position;
    for (std::int64_t left = quotas_[j]; left > 0; position = 0, ++pass) {
      const Permutation order = pass_order(j, pass);
      for (; position < images_of(j) && left > 0; ++position, --left) {
        *out++ = static_cast<std::uint8_t>(order(position));
      }
    }
  }
}

/// A run that the end of an epoch cuts short does not go on in the next.
EpochDraws::Run EpochDraws::run_at(std::int64_t k) const {
  const auto classes = static_cast<std::int64_t>(quotas_.size());
  const std::int64_t runs_an_epoch = (options_.draws_per_epoch + kRunLength - 1) / kRunLength;
  const std::int64_t run = epoch_ * runs_an_epoch + k / kRunLength;
  const std::int64_t pass = run / classes;
  const base::CounterRandom random(options_.seed, base::Stream::class_permutation, bits_of(pass));
  return {static_cast<std::size_t>(Permutation(classes, random)(run % classes)), pass};
}

std::vector<std::int64_t> EpochDraws::quotas_of_cycling() const {
  std::vector<std::int64_t> quotas(quotas_.size(), 0);
  for (std::int64_t k = 0; k < options_.draws_per_epoch; k += kRunLength) {
    quotas[run_at(k).class_index] += std::min(kRunLength, options_.draws_per_epoch - k);
  }
  return quotas;
}

Permutation EpochDraws::pass_order(std::size_t class_index, std::int64_t pass) const {
  const base::CounterRandom random(options_.seed, base::Stream::image_permutation, class_index,
                                   bits_of(pass));
  return Permutation(images_of(class_index), random);
}

std::int64_t EpochDraws::image_at(std::size_t class_index, std::int64_t rank) const {
  const ClassState& state = classes_[class_index];
  if (state.order >= 0) return orders_[static_cast<std::size_t>(state.order + rank)];
  const std::int64_t position = state.position + rank;
  const std::int64_t images = images_of(class_index);
  return pass_order(class_index, state.pass + position / images)(position % images);
}

Draw EpochDraws::draw(std::int64_t k) const {
  LTR_EXPECT(k >= 0 && k < size());
  const auto drawn = [](std::size_t class_index, std::int64_t image) {
    return Draw{base::ClassId(static_cast<std::int32_t>(class_index)), image};
  };
  if (options_.scheme == SamplingScheme::independent) {
    base::CounterRandom random = independent_draw(options_, epoch_, k);
    const std::size_t class_index = class_at(starts_, random.below(starts_.back()));
    return drawn(class_index, static_cast<std::int64_t>(random.below(bits_of(images_of(class_index)))));
  }
  if (options_.scheme == SamplingScheme::class_cycling) {
    const Run run = run_at(k);
    return drawn(run.class_index, image_at(run.class_index, run.earlier * kRunLength + k % kRunLength));
  }
  const auto slot = bits_of(slots_(k));
  const std::size_t class_index = class_at(starts_, slot);
  return drawn(class_index, image_at(class_index, static_cast<std::int64_t>(slot - starts_[class_index])));
}

base::SampleIndex EpochDraws::sample(std::int64_t k) const {
  const Draw drawn = draw(k);
  const auto class_index = static_cast<std::size_t>(drawn.class_id.value());
  return base::SampleIndex(classes_[class_index].first_sample + drawn.image);
}

DrawSequence::DrawSequence(const DrawOptions& options, std::span<const std::int64_t> class_counts,
                           std::int64_t first_epoch)
    : options_(checked(options)),
      class_counts_(class_counts.begin(), class_counts.end()),
      epoch_(first_epoch),
      earlier_(class_counts.size(), 0) {
  if (!carries_positions(options_.scheme)) return;
  for (std::int64_t e = 0; e < first_epoch; ++e) {
    add_to(earlier_, widths(epoch_slot_starts(options_, class_counts_, e)));
  }
}

EpochDraws DrawSequence::next() {
  EpochDraws draws(options_, class_counts_, epoch_, earlier_);
  if (carries_positions(options_.scheme)) add_to(earlier_, draws.quotas());
  ++epoch_;
  return draws;
}

}  // namespace ltr::sampling
