// SPDX-License-Identifier: Apache-2.0
#include "sampling/draw.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "chi_square.hpp"
#include "message_of.hpp"
#include "sampling/class_weights.hpp"
#include "sampling/draw_statistics.hpp"
#include "sampling/inspect.hpp"
#include "sampling/slice.hpp"
#include "test_data.hpp"

namespace ltr::sampling {
namespace {

using config::SamplingKind;

constexpr std::array kKinds{SamplingKind::instance_balanced, SamplingKind::class_balanced,
                            SamplingKind::square_root, SamplingKind::progressively_balanced};
constexpr std::array kSchemes{SamplingScheme::exact, SamplingScheme::independent,
                              SamplingScheme::independent_class, SamplingScheme::class_cycling};
/// Long-tailed, with classes on both sides of the largest shuffled size, and of one image.
constexpr auto kCounts = std::to_array<std::int64_t>({700, 300, 130, 65, 64, 33, 12, 5, 2, 1});
constexpr std::int64_t kImages = 1312;

DrawOptions options_for(SamplingKind kind, std::int64_t epochs = 6) {
  return {.seed = 42, .kind = kind, .epochs = epochs, .draws_per_epoch = kImages / 64 * 64};
}

std::vector<std::int64_t> all_samples(const EpochDraws& draws) {
  std::vector<std::int64_t> samples;
  for (std::int64_t k = 0; k < draws.size(); ++k) samples.push_back(draws.sample(k).value());
  return samples;
}

std::size_t class_of(const EpochDraws& draws, std::int64_t k) {
  return static_cast<std::size_t>(draws.draw(k).class_id.value());
}

TEST(EpochDraws, MeetTheirQuotasAndCoverImagesEvenlyAfterEveryEpoch) {
  for (const SamplingKind kind : kKinds) {
    for (std::int64_t epoch = 0; epoch < 6; ++epoch) {
      const DrawSummary summary = inspect_draws(options_for(kind), kCounts, epoch);
      EXPECT_TRUE(summary.quotas_met) << static_cast<int>(kind) << " epoch " << epoch;
      EXPECT_TRUE(summary.evenly_covered) << static_cast<int>(kind) << " epoch " << epoch;
      for (std::size_t j = 0; j < kCounts.size(); ++j) {
        const double expected =
            summary.probabilities[j] * static_cast<double>(options_for(kind).draws_per_epoch);
        EXPECT_LT(std::abs(static_cast<double>(summary.drawn[j]) - expected), 1 + 1e-9);
      }
    }
  }
}

TEST(EpochDraws, AreThePackPositionsOfClassAndImage) {
  const EpochDraws draws = DrawSequence(options_for(SamplingKind::square_root), kCounts, 2).next();
  for (std::int64_t k = 0; k < draws.size(); ++k) {
    const Draw draw = draws.draw(k);
    const auto end = kCounts.begin() + draw.class_id.value();
    ASSERT_GE(draw.image, 0);
    ASSERT_LT(draw.image, *end);
    ASSERT_EQ(draws.sample(k).value(), std::accumulate(kCounts.begin(), end, std::int64_t{0}) + draw.image);
  }
}

TEST(EpochDraws, DoNotDependOnTheNumberOfRanks) {
  const DrawOptions options = options_for(SamplingKind::progressively_balanced);
  const auto whole = all_samples(DrawSequence(options, kCounts, 3).next());
  for (const int ranks : {1, 2, 4, 8}) {
    const BatchShape shape{.global_batch = 64, .micro_batches = 8, .ranks = ranks};
    std::vector<std::int64_t> pieced(whole.size(), -1);
    for (int rank = 0; rank < ranks; ++rank) {
      const EpochDraws of_rank = DrawSequence(options, kCounts, 3).next();
      for (std::int64_t step = 0; step < options.draws_per_epoch / shape.global_batch; ++step) {
        for (int m = 0; m < shape.micro_batches / ranks; ++m) {
          const DrawRange range = micro_batch_draws(shape, step, first_micro_batch(shape, rank) + m);
          for (std::int64_t k = range.begin; k < range.end; ++k) {
            ASSERT_EQ(pieced[static_cast<std::size_t>(k)], -1) << "drawn by two ranks";
            pieced[static_cast<std::size_t>(k)] = of_rank.sample(k).value();
          }
        }
      }
    }
    EXPECT_EQ(pieced, whole) << ranks << " ranks";
  }
}

TEST(EpochDraws, AreThePureFunctionOfSeedEpochAndIndex) {
  for (const SamplingScheme scheme : kSchemes) {
    DrawOptions options = options_for(SamplingKind::class_balanced);
    options.scheme = scheme;
    const EpochDraws draws = DrawSequence(options, kCounts, 4).next();
    const auto forwards = all_samples(draws);
    std::vector<std::int64_t> backwards(forwards.size());
    std::vector<std::thread> threads;
    for (std::size_t part = 0; part < 4; ++part) {
      threads.emplace_back([&, part] {
        for (std::size_t k = forwards.size(); k-- > 0;) {
          if (k % 4 == part) backwards[k] = draws.sample(static_cast<std::int64_t>(k)).value();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(forwards, backwards);
    EXPECT_NE(forwards, all_samples(DrawSequence(options, kCounts, 3).next()));
    options.seed = 43;
    EXPECT_NE(forwards, all_samples(DrawSequence(options, kCounts, 4).next()));
  }
}

TEST(EpochDraws, EveryDrawHasExactlyTheSamplingsProbabilities) {
  // One draw for each of many seeds: chance enters by the quotas' offset, the slots' order and the images'
  // order.
  const std::vector<std::int64_t> counts{70, 20, 7, 2, 1};
  constexpr int kSeeds = 40'000;
  for (const SamplingKind kind : kKinds) {
    for (const auto& [epoch, k] : {std::pair{0, 0}, {0, 95}, {2, 17}}) {
      DrawOptions options{.kind = kind, .epochs = 4, .draws_per_epoch = 96};
      std::vector<std::int64_t> times(100, 0);
      for (int seed = 0; seed < kSeeds; ++seed) {
        options.seed = static_cast<std::uint64_t>(seed);
        ++times[static_cast<std::size_t>(DrawSequence(options, counts, epoch).next().sample(k).value())];
      }
      const auto probabilities = class_probabilities(kind, counts, epoch, options.epochs);
      double statistic = 0;
      auto first = times.begin();
      for (std::size_t j = 0; j < counts.size(); ++j) {
        const auto images = static_cast<std::size_t>(counts[j]);
        statistic += pearson({first, images}, kSeeds * probabilities[j] / static_cast<double>(images));
        first += counts[j];
      }
      EXPECT_TRUE(is_plausible(statistic, 99))
          << static_cast<int>(kind) << " draw " << k << ": " << statistic;
    }
  }
}

TEST(EpochDraws, ProgressiveSamplingBeginsInstanceBalancedAndEndsClassBalanced) {
  const auto drawn_in = [](std::int64_t epoch) {
    return inspect_draws(options_for(SamplingKind::progressively_balanced), kCounts, epoch).drawn;
  };
  const auto first = drawn_in(0);
  const auto last = drawn_in(5);
  for (std::size_t j = 0; j < kCounts.size(); ++j) {
    EXPECT_NEAR(first[j], 1280.0 * static_cast<double>(kCounts[j]) / kImages, 1);
    EXPECT_NEAR(last[j], 128, 1);
  }
}

TEST(EpochDraws, WithReplacementFollowClassProbabilitiesIndependently) {
  for (const SamplingKind kind : kKinds) {
    DrawOptions options = options_for(kind);
    options.scheme = SamplingScheme::independent;
    options.draws_per_epoch = 400'000;
    const EpochDraws draws = DrawSequence(options, kCounts, 3).next();
    const auto probabilities = class_probabilities(kind, kCounts, 3, options.epochs);
    const std::size_t classes = kCounts.size();
    std::vector<std::int64_t> times(kImages, 0);
    std::vector<std::int64_t> pairs(classes * classes, 0);
    for (std::int64_t k = 0; k < draws.size(); ++k) {
      ++times[static_cast<std::size_t>(draws.sample(k).value())];
      if (k % 2 == 1) ++pairs[class_of(draws, k - 1) * classes + class_of(draws, k)];
    }
    const auto total = static_cast<double>(draws.size());
    double of_images = 0;
    double of_pairs = 0;
    auto first = times.begin();
    for (std::size_t j = 0; j < classes; ++j) {
      const auto images = static_cast<std::size_t>(kCounts[j]);
      EXPECT_EQ(draws.quotas()[j], static_cast<std::int64_t>(total * probabilities[j] + 1e-6));
      of_images += pearson({first, images}, total * probabilities[j] / static_cast<double>(images));
      first += kCounts[j];
      for (std::size_t i = 0; i < classes; ++i) {
        of_pairs += pearson({&pairs[i * classes + j], 1}, total / 2 * probabilities[i] * probabilities[j]);
      }
    }
    EXPECT_TRUE(is_plausible(of_images, kImages - 1)) << of_images;
    // Pairs of the rarest classes are too few for the chi-square distribution; the bound is wide for them.
    EXPECT_LT(of_pairs, 300) << of_pairs;
  }
}

/// Draws of each class, counted. Shape: [K].
std::vector<std::int64_t> counted(const EpochDraws& draws) {
  std::vector<std::int64_t> times(kCounts.size(), 0);
  for (std::int64_t k = 0; k < draws.size(); ++k) ++times[class_of(draws, k)];
  return times;
}

TEST(EpochDraws, OfClassCyclingTakeClassesInTurnFourDrawsEach) {
  DrawOptions options = options_for(SamplingKind::class_balanced);
  options.scheme = SamplingScheme::class_cycling;
  DrawSequence sequence(options, kCounts);
  std::vector<std::size_t> runs;
  for (std::int64_t epoch = 0; epoch < options.epochs; ++epoch) {
    const EpochDraws draws = sequence.next();
    for (std::int64_t k = 0; k < draws.size(); ++k) {
      if (k % kRunLength == 0) runs.push_back(class_of(draws, k));
      ASSERT_EQ(class_of(draws, k), runs.back()) << "draw " << k << " of epoch " << epoch;
    }
    // 1280 draws are 32 runs of each of the ten classes.
    EXPECT_THAT(counted(draws), testing::Each(128)) << epoch;
    EXPECT_THAT(draws.quotas(), testing::Each(128)) << epoch;
    EXPECT_TRUE(inspect_draws(options, kCounts, epoch).evenly_covered) << epoch;
  }
  // Every class once before any comes again, from one epoch into the next.
  std::set<std::vector<std::size_t>> orders;
  for (std::size_t first = 0; first + kCounts.size() <= runs.size(); first += kCounts.size()) {
    const auto begin = runs.begin() + static_cast<std::ptrdiff_t>(first);
    const std::vector<std::size_t> order(begin, begin + kCounts.size());
    ASSERT_EQ(std::set<std::size_t>(order.begin(), order.end()).size(), kCounts.size()) << "run " << first;
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 100U) << "the order of classes is drawn anew in every pass";
}

TEST(EpochDraws, OfClassCyclingBeginARunWithEveryEpoch) {
  DrawOptions options = options_for(SamplingKind::class_balanced);
  options.scheme = SamplingScheme::class_cycling;
  options.draws_per_epoch = 42;
  DrawSequence sequence(options, kCounts);
  std::vector<std::int64_t> runs(kCounts.size(), 0);
  for (std::int64_t epoch = 0; epoch < options.epochs; ++epoch) {
    const EpochDraws draws = sequence.next();
    EXPECT_EQ(class_of(draws, 0), class_of(draws, 3));
    EXPECT_EQ(class_of(draws, 40), class_of(draws, 41));
    EXPECT_THAT(counted(draws), testing::ElementsAreArray(draws.quotas()));
    // Ten runs of 4 draws and one of 2: after epoch e, e + 1 classes are one run ahead of the others.
    for (std::int64_t k = 0; k < draws.size(); k += kRunLength) ++runs[class_of(draws, k)];
    EXPECT_EQ(std::ranges::count(runs, epoch + 2), epoch + 1);
    EXPECT_EQ(std::ranges::count(runs, epoch + 1), std::ssize(kCounts) - (epoch + 1));
    EXPECT_EQ(draws.quotas()[class_of(draws, 40)] % kRunLength, 2) << "the last run is cut short";
  }
}

TEST(EpochDraws, OfIndependentClassesVaryAsAMultinomialDoesAndTakeImagesInTurn) {
  constexpr std::int64_t kSeeds = 400;
  DrawOptions options = options_for(SamplingKind::progressively_balanced);
  options.scheme = SamplingScheme::independent_class;
  const auto probabilities = class_probabilities(options.kind, kCounts, 1, options.epochs);
  const auto draws = static_cast<double>(options.draws_per_epoch);
  double of_counts = 0;
  std::vector<std::int64_t> first_and_next(4, 0);
  for (std::int64_t seed = 0; seed < kSeeds; ++seed) {
    options.seed = static_cast<std::uint64_t>(seed);
    const EpochDraws epoch = DrawSequence(options, kCounts, 1).next();
    for (std::size_t j = 0; j < kCounts.size(); ++j) {
      of_counts += pearson({&epoch.quotas()[j], 1}, draws * probabilities[j]);
    }
    // Whether a draw is of the largest class says nothing about the next one.
    for (std::int64_t k = 0; k + 1 < epoch.size(); k += 2) {
      ++first_and_next[(class_of(epoch, k) == 0 ? 2U : 0U) + (class_of(epoch, k + 1) == 0 ? 1U : 0U)];
    }
  }
  EXPECT_TRUE(is_plausible(of_counts, static_cast<double>(kSeeds * (std::ssize(kCounts) - 1)))) << of_counts;
  const double pairs = draws / 2 * kSeeds;
  const double p = probabilities[0];
  const double of_pairs = pearson({&first_and_next[0], 1}, pairs * (1 - p) * (1 - p)) +
                          pearson({&first_and_next[1], 2}, pairs * (1 - p) * p) +
                          pearson({&first_and_next[3], 1}, pairs * p * p);
  EXPECT_TRUE(is_plausible(of_pairs, 3)) << of_pairs;

  for (std::int64_t epoch = 0; epoch < options.epochs; ++epoch) {
    const DrawSummary summary = inspect_draws(options, kCounts, epoch);
    EXPECT_TRUE(summary.quotas_met && summary.evenly_covered) << epoch;
  }
}

TEST(EpochDraws, HoldForTheCountsOfThePublicSets) {
  const std::filesystem::path folder = test_data() / "counts";
  for (const auto& [name, images] :
       {std::pair{"imagenet_lt", 115'846}, {"inaturalist18", 437'513}, {"places_lt", 62'500}}) {
    std::ifstream file(folder / (std::string(name) + ".txt"));
    if (!file)
      GTEST_SKIP() << "class counts are not in " << folder << "; set LTR_TEST_DATA to their parent folder";
    const std::vector<std::int64_t> counts{std::istream_iterator<std::int64_t>(file), {}};
    ASSERT_EQ(std::accumulate(counts.begin(), counts.end(), 0), images);
    for (const SamplingKind kind : kKinds) {
      const DrawOptions options{.seed = 1, .kind = kind, .epochs = 90, .draws_per_epoch = images / 512 * 512};
      const DrawSummary summary = inspect_draws(options, counts, 1);
      EXPECT_TRUE(summary.evenly_covered) << name;
      for (std::size_t j = 0; j < counts.size(); ++j) {
        const double expected = summary.probabilities[j] * static_cast<double>(options.draws_per_epoch);
        ASSERT_LT(std::abs(static_cast<double>(summary.drawn[j]) - expected), 1 + 1e-6) << name << " " << j;
      }
    }
  }
}

TEST(EpochDraws, HoldForHundredMillionImages) {
  std::vector<std::int64_t> counts(100'000, 1);
  for (std::size_t j = 0; j < 100; ++j) counts[j] = 999'001;
  const DrawOptions options{.seed = 9,
                            .kind = SamplingKind::progressively_balanced,
                            .epochs = 200,
                            .draws_per_epoch = 100'000'000 / 4096 * 4096};
  const EpochDraws draws = DrawSequence(options, counts, 3).next();
  // w_j = (T-1-e) K n_j + e N and W = N K (T-1): every quota is within 1 of M w_j / W.
  using Wide = __int128;
  const Wide images = std::accumulate(counts.begin(), counts.end(), Wide{0});
  const Wide total = images * std::ssize(counts) * 199;
  for (std::size_t j = 0; j < counts.size(); ++j) {
    const Wide weight = Wide{196} * std::ssize(counts) * counts[j] + 3 * images;
    const Wide off = draws.quotas()[j] * total - options.draws_per_epoch * weight;
    ASSERT_LT(off < 0 ? -off : off, total) << j;
  }
  for (const std::int64_t k : {std::int64_t{0}, options.draws_per_epoch / 2, options.draws_per_epoch - 1}) {
    const Draw draw = draws.draw(k);
    EXPECT_LT(draw.image, counts[static_cast<std::size_t>(draw.class_id.value())]);
  }
}

TEST(EpochDraws, AreTheSameOnEveryMachine) {
  const auto digest = [](SamplingKind kind, SamplingScheme scheme = SamplingScheme::exact) {
    DrawOptions options = options_for(kind);
    options.scheme = scheme;
    return draws_digest(all_samples(DrawSequence(options, kCounts, 4).next())).substr(0, 16);
  };
  // Computed by a second, independent reading of the same rules in Python's unbounded integers. A change here
  // is a change of every published run: never adjust these, find the cause.
  EXPECT_EQ(digest(SamplingKind::instance_balanced), "cfa14f8d0b7e01d2");
  EXPECT_EQ(digest(SamplingKind::class_balanced), "0739d735f19d6909");
  EXPECT_EQ(digest(SamplingKind::square_root), "61e53e78d516d24c");
  EXPECT_EQ(digest(SamplingKind::progressively_balanced), "5a2c35924b3dc6c3");
  EXPECT_EQ(digest(SamplingKind::square_root, SamplingScheme::independent), "363c51c55f2618ae");
}

/// SHA-256 over the digests of epochs 0, 1, 3 and 5.
std::string digest_of_epochs(const DrawOptions& options) {
  std::string digests;
  for (const std::int64_t epoch : {0, 1, 3, 5}) {
    digests += draws_digest(all_samples(DrawSequence(options, kCounts, epoch).next()));
  }
  return base::sha256_hex(digests);
}

TEST(EpochDraws, ArePinnedForEverySamplingByEveryScheme) {
  // As they were before positions were carried from epoch to epoch. Never adjust these, find the cause.
  using enum SamplingKind;
  struct Pinned {
    SamplingKind kind;
    SamplingScheme scheme;
    const char* digest;
  };
  for (const auto& [kind, scheme, digest] : {
           Pinned{instance_balanced, SamplingScheme::exact, "038dc48dd8c9dec4"},
           Pinned{instance_balanced, SamplingScheme::independent, "e5bc9f885ee3b873"},
           Pinned{instance_balanced, SamplingScheme::independent_class, "9e8cdf66a6c3e11f"},
           Pinned{instance_balanced, SamplingScheme::class_cycling, "47880dc7c209cbd3"},
           Pinned{class_balanced, SamplingScheme::exact, "e24e2881911359f8"},
           Pinned{class_balanced, SamplingScheme::independent, "c4c9dd74f1404e06"},
           Pinned{class_balanced, SamplingScheme::independent_class, "cba54b907ae0823f"},
           Pinned{class_balanced, SamplingScheme::class_cycling, "47880dc7c209cbd3"},
           Pinned{square_root, SamplingScheme::exact, "2daacc10cbe138a3"},
           Pinned{square_root, SamplingScheme::independent, "b1ccc1d47c142035"},
           Pinned{square_root, SamplingScheme::independent_class, "4f37d93c1bd25c78"},
           Pinned{square_root, SamplingScheme::class_cycling, "47880dc7c209cbd3"},
           Pinned{progressively_balanced, SamplingScheme::exact, "4e2c8b67a1f59ddb"},
           Pinned{progressively_balanced, SamplingScheme::independent, "5a56715ddf6a18de"},
           Pinned{progressively_balanced, SamplingScheme::independent_class, "86e22920cb8b6749"},
           Pinned{progressively_balanced, SamplingScheme::class_cycling, "47880dc7c209cbd3"},
       }) {
    DrawOptions options = options_for(kind);
    options.scheme = scheme;
    EXPECT_EQ(digest_of_epochs(options).substr(0, 16), digest)
        << config::name_of(kind) << ", " << name_of(scheme);
  }
}

TEST(DrawSequence, GivesTheSameDrawsWhereverItBegins) {
  for (const SamplingKind kind : kKinds) {
    for (const SamplingScheme scheme : kSchemes) {
      DrawOptions options = options_for(kind);
      options.scheme = scheme;
      DrawSequence from_first(options, kCounts);
      DrawSequence from_third(options, kCounts, 2);
      for (std::int64_t epoch = 0; epoch < options.epochs; ++epoch) {
        const EpochDraws draws = from_first.next();
        ASSERT_EQ(draws.epoch(), epoch);
        if (epoch < 2) continue;
        ASSERT_EQ(all_samples(from_third.next()), all_samples(draws))
            << config::name_of(kind) << ", " << name_of(scheme) << ", epoch " << epoch;
      }
    }
  }
}

TEST(EpochDraws, RefuseEpochsWithoutDraws) {
  DrawOptions options = options_for(SamplingKind::square_root);
  options.draws_per_epoch = 0;
  const std::string message =
      test::message_of<base::ConfigError>([&] { return DrawSequence(options, kCounts, 0).next(); });
  EXPECT_NE(message.find("0 draws"), std::string::npos) << message;
  EXPECT_NE(message.find("global batch"), std::string::npos) << message;
  options.draws_per_epoch = 64;
  EXPECT_THROW(DrawSequence(options, kCounts, 6).next(), base::ConfigError);
  EXPECT_THROW(DrawSequence(options, std::vector<std::int64_t>{4, 0}, 0).next(), base::DataError);
}

}  // namespace
}  // namespace ltr::sampling
