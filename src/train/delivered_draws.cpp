// SPDX-License-Identifier: Apache-2.0
#include "train/delivered_draws.hpp"

#include <cstring>
#include <utility>

namespace ltr::train {

DeliveredImages images_of(const sampling::EpochDraws& draws, std::int64_t count, std::int32_t classes) {
  DeliveredImages images;
  images.of_class.resize(static_cast<std::size_t>(classes));
  for (std::int64_t k = 0; k < count; ++k) {
    images.positions.push_back(draws.sample(k).value());
    ++images.of_class[static_cast<std::size_t>(draws.draw(k).class_id.value())];
  }
  return images;
}

DeliveredDraws::DeliveredDraws(const sampling::BatchShape& shape, std::int32_t classes)
    : draws_a_step_(static_cast<std::size_t>(shape.global_batch / shape.ranks)),
      classes_(static_cast<std::size_t>(classes)) {
  begin_epoch();
}

void DeliveredDraws::begin_epoch(DeliveredImages before) {
  gathered_ = std::move(before);
  gathered_.of_class.resize(classes_);
  not_gathered_.clear();
}

void DeliveredDraws::add(const data::Batch& batch) {
  for (const base::SampleIndex& sample : batch.samples) not_gathered_.push_back(sample.value());
  for (const std::int64_t label : batch.labels) ++gathered_.of_class[static_cast<std::size_t>(label)];
}

/// `of_ranks`: new positions of all ranks, rank after rank. A step's draws are dealt to ranks share by share.
void DeliveredDraws::append_in_order(std::span<const std::byte> of_ranks) {
  const std::size_t share_bytes = draws_a_step_ * sizeof(std::int64_t);
  const std::size_t rank_bytes = not_gathered_.size() * sizeof(std::int64_t);
  for (std::size_t step = 0; step < rank_bytes; step += share_bytes) {
    for (std::size_t share = step; share < of_ranks.size(); share += rank_bytes) {
      const std::size_t end = gathered_.positions.size();
      gathered_.positions.resize(end + draws_a_step_);
      std::memcpy(&gathered_.positions[end], &of_ranks[share], share_bytes);
    }
  }
}

DeliveredImages DeliveredDraws::gather(const comm::Group& group) {
  const std::vector<std::byte> of_ranks = group.gather(std::as_bytes(std::span(not_gathered_)), 0);
  if (group.rank() == 0) append_in_order(of_ranks);
  not_gathered_.clear();
  DeliveredImages delivered = gathered_;
  group.sum(delivered.of_class);
  return delivered;
}

}  // namespace ltr::train
