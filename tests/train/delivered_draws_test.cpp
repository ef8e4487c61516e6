// SPDX-License-Identifier: Apache-2.0
#include "train/delivered_draws.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sampling/draw_statistics.hpp"
#include "sampling/inspect.hpp"
#include "train/batch_stream.hpp"
#include "train/tiny_packs.hpp"

namespace ltr::train {
namespace {

using test::kClasses;
using test::world;

constexpr std::int64_t kSteps = 2;
constexpr std::int64_t kEpoch = 2;

class DeliveredDrawsTest : public test::WithPacks {
 protected:
  static BatchStreamOptions options_for(const comm::Group& group) {
    return {.draws = {.seed = 3,
                      .kind = config::SamplingKind::square_root,
                      .epochs = 4,
                      .draws_per_epoch = kSteps * 32},
            .shape = {.global_batch = 32, .micro_batches = 8, .ranks = group.size()},
            .rank = group.rank(),
            .loader = test::loader_options()};
  }
  /// Steps begin .. end - 1 of the epoch, as a rank of the group is given them.
  static void deliver(const comm::Group& group, std::int64_t begin, std::int64_t end, DeliveredDraws& to) {
    const BatchStreamOptions options = options_for(group);
    sampling::DrawSequence sequence(options.draws, packs->train->class_counts(), kEpoch);
    BatchStream stream(*packs->train, options, sequence.next(), begin);
    for (std::int64_t i = 0; i < (end - begin) * 8 / group.size(); ++i) {
      static_cast<void>(stream.next());
      to.add(stream.delivered());
      stream.prefetch();
    }
  }
  static DeliveredDraws none(const comm::Group& group) {
    return {options_for(group).shape, packs->train->classes()};
  }
  /// All of the epoch's draws through a loader that is asked for `items` in place of what was drawn.
  static DeliveredImages delivered_with(const std::function<void(std::vector<data::LoaderItem>&)>& fault) {
    const sampling::EpochDraws draws =
        sampling::DrawSequence(options_for(comm::Group::alone()).draws, packs->train->class_counts(), kEpoch)
            .next();
    data::Loader loader(*packs->train, test::loader_options(), kSteps,
                        [&](std::int64_t step, std::vector<data::LoaderItem>& items) {
                          for (std::int64_t k = 32 * step; k < 32 * step + 32; ++k) {
                            items.push_back({draws.sample(k), {3, kEpoch, k}});
                          }
                          if (step == 1) fault(items);
                        });
    DeliveredDraws delivered = none(comm::Group::alone());
    for (std::int64_t step = 0; step < kSteps; ++step) delivered.add(loader.next());
    return delivered.gather(comm::Group::alone());
  }
  static sampling::DrawSummary expected() {
    return sampling::inspect_draws(options_for(comm::Group::alone()).draws, packs->train->class_counts(),
                                   kEpoch);
  }
};

TEST_F(DeliveredDrawsTest, AreTheDrawsInTheirOrderOnAnyRanks) {
  DeliveredDraws delivered = none(world());
  deliver(world(), 0, kSteps, delivered);
  const DeliveredImages all = delivered.gather(world());
  EXPECT_EQ(all.of_class, expected().drawn);
  if (world().rank() == 0) {
    EXPECT_EQ(sampling::draws_digest(all.positions), expected().digest);
  }
}

TEST_F(DeliveredDrawsTest, GoOnFromWhatOtherRanksWereGivenBefore) {
  DeliveredDraws of_one = none(comm::Group::alone());
  deliver(comm::Group::alone(), 0, 1, of_one);
  const DeliveredImages before = of_one.gather(comm::Group::alone());
  EXPECT_EQ(before.positions.size(), 32U);

  DeliveredDraws delivered = none(world());
  delivered.begin_epoch(world().rank() == 0 ? before : DeliveredImages{});
  deliver(world(), 1, kSteps, delivered);
  static_cast<void>(delivered.gather(world()));  // as for a checkpoint: it changes nothing
  const DeliveredImages all = delivered.gather(world());
  EXPECT_EQ(all.of_class, expected().drawn);
  if (world().rank() == 0) {
    EXPECT_EQ(sampling::draws_digest(all.positions), expected().digest);
  }
}

TEST_F(DeliveredDrawsTest, ShowAnImageThatIsDeliveredTwice) {
  const DeliveredImages sound = delivered_with([](auto&) {});
  EXPECT_EQ(sound.of_class, expected().drawn);
  EXPECT_EQ(sampling::draws_digest(sound.positions), expected().digest);

  // In place of the first draw of another class, the first image comes once more.
  std::int32_t gains = -1;
  std::int32_t loses = -1;
  const DeliveredImages faulty = delivered_with([&](std::vector<data::LoaderItem>& items) {
    const auto label = [](const data::LoaderItem& item) { return packs->train->label(item.sample).value(); };
    gains = label(items.front());
    const auto other =
        std::ranges::find_if(items, [&](const data::LoaderItem& item) { return label(item) != gains; });
    ASSERT_NE(other, items.end());
    loses = label(*other);
    other->sample = items.front().sample;
  });
  std::vector<std::int64_t> counts = expected().drawn;
  ++counts[static_cast<std::size_t>(gains)];
  --counts[static_cast<std::size_t>(loses)];
  EXPECT_EQ(faulty.of_class, counts);
  EXPECT_NE(sampling::draws_digest(faulty.positions), expected().digest);
}

TEST_F(DeliveredDrawsTest, ShowAnotherImageOfTheSameClass) {
  const DeliveredImages faulty = delivered_with([&](std::vector<data::LoaderItem>& items) {
    // The pack is grouped by class, so that neighbours are of one class but at its end.
    for (data::LoaderItem& item : items) {
      const base::SampleIndex next(item.sample.value() + 1);
      if (next.value() == packs->train->images() ||
          packs->train->label(next) != packs->train->label(item.sample)) {
        continue;
      }
      item.sample = next;
      return;
    }
  });
  EXPECT_EQ(faulty.of_class, expected().drawn);
  EXPECT_NE(sampling::draws_digest(faulty.positions), expected().digest);
}

TEST_F(DeliveredDrawsTest, ForgetAnEpochWithTheNext) {
  DeliveredDraws delivered = none(world());
  deliver(world(), 0, kSteps, delivered);
  delivered.begin_epoch();
  const DeliveredImages nothing = delivered.gather(world());
  EXPECT_THAT(nothing.positions, testing::IsEmpty());
  EXPECT_EQ(nothing.of_class, std::vector<std::int64_t>(kClasses, 0));
}

}  // namespace
}  // namespace ltr::train
