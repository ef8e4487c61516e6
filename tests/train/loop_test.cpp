// SPDX-License-Identifier: Apache-2.0
#include "train/loop.hpp"

#include <cmath>
#include <fstream>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "message_of.hpp"
#include "model/safetensors.hpp"
#include "sampling/inspect.hpp"
#include "train/determinism.hpp"
#include "train/evaluate.hpp"
#include "train/feature_pass.hpp"
#include "train/tiny_packs.hpp"

namespace ltr::train {
namespace {

using test::kClasses;
using test::kFeatures;
using test::loader_options;
using test::spec_of;
using test::TinyNetwork;
using test::world;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::int64_t kEpochs = 3;
constexpr std::int64_t kSteps = 84 / 32;  ///< an epoch

class Loop : public test::WithPacks {
 protected:
  void SetUp() override { make_deterministic(1); }

  static LoopOptions options() {
    LoopOptions options;
    options.seed = 3;
    options.sampling = config::SamplingKind::progressively_balanced;
    options.global_batch = 32;
    options.micro_batches = 8;
    options.loader = loader_options();
    return options;
  }

  static TrainingResult train(const comm::Group& group, const LoopOptions& options, TrainingSpec spec) {
    EvaluationSet validation(group, *packs->validation, {.loader = loader_options()});
    TrainingLoop loop(group, *packs->train, validation, options, {std::move(spec)});
    return loop.run().at(0);
  }
  static TrainingResult train(const comm::Group& group, const LoopOptions& options) {
    return train(group, options, spec_of(std::make_shared<TinyNetwork>(), kEpochs));
  }
};

void expect_same_outcome(const TrainingResult& a, const TrainingResult& b) {
  EXPECT_EQ(a.training.weights_digest, b.training.weights_digest);
  EXPECT_EQ(a.training.state_digest, b.training.state_digest);
  EXPECT_EQ(a.training.draws_digest, b.training.draws_digest);
  EXPECT_EQ(a.training.draws_made, b.training.draws_made);
  EXPECT_EQ(a.training.class_weights, b.training.class_weights);
  EXPECT_EQ(a.training.best_epoch, b.training.best_epoch);
  ASSERT_EQ(a.training.epochs.size(), b.training.epochs.size());
  for (std::size_t i = 0; i < a.training.epochs.size(); ++i) {
    EXPECT_EQ(a.training.epochs[i].epoch, b.training.epochs[i].epoch);
    EXPECT_EQ(a.training.epochs[i].train_loss, b.training.epochs[i].train_loss);
    EXPECT_EQ(a.training.epochs[i].learning_rate, b.training.epochs[i].learning_rate);
    EXPECT_EQ(a.training.epochs[i].validation_top1_percent, b.training.epochs[i].validation_top1_percent);
  }
}

TEST_F(Loop, GivesTheSameBitsHoweverManyRanksShareIt) {
  const TrainingResult shared = train(world(), options());
  const TrainingResult alone = train(comm::Group::alone(), options());
  expect_same_outcome(shared, alone);
  const std::vector<std::string> digests = world().all_gather(shared.training.weights_digest);
  EXPECT_THAT(digests, testing::Each(alone.training.weights_digest));
}

TEST_F(Loop, GivesTheSameBitsOnAnyRanksWithEveryOptionOfTheOptimiser) {
  const auto demanding = [] {
    TrainingSpec spec = spec_of(std::make_shared<TinyNetwork>(), kEpochs);
    spec.sgd = {.momentum = 0.9,
                .weight_decay = 1e-2,
                .nesterov = true,
                .decay_norm_and_bias = false,
                .clip_norm = 0.5};
    spec.schedule.kind = config::ScheduleKind::step;
    spec.schedule.milestones = {1, 2};
    return spec;
  };
  const TrainingResult shared = train(world(), options(), demanding());
  expect_same_outcome(shared, train(comm::Group::alone(), options(), demanding()));
  EXPECT_NE(shared.training.weights_digest, train(world(), options()).training.weights_digest);
  EXPECT_DOUBLE_EQ(shared.training.epochs.at(2).learning_rate, 0.05 * 0.1 * 0.1);
  // Clipping is part of it.
  TrainingSpec unclipped = demanding();
  unclipped.sgd.clip_norm = 0;
  EXPECT_NE(train(world(), options(), unclipped).training.epochs.back().train_loss,
            shared.training.epochs.back().train_loss);
}

TEST_F(Loop, ValidatesEverySoManyEpochsAndAfterTheLast) {
  TrainingSpec spec = spec_of(std::make_shared<TinyNetwork>(), 6);
  spec.validate_every_epochs = 4;
  const TrainingResult sparse = train(world(), options(), spec);
  const TrainingResult dense = train(world(), options(), spec_of(std::make_shared<TinyNetwork>(), 6));
  for (const std::size_t epoch : {0U, 1U, 2U, 4U}) {
    EXPECT_TRUE(std::isnan(sparse.training.epochs.at(epoch).validation_top1_percent)) << epoch;
    EXPECT_EQ(sparse.training.epochs.at(epoch).evaluation_s, 0) << epoch;
  }
  for (const std::size_t epoch : {3U, 5U}) {
    EXPECT_EQ(sparse.training.epochs.at(epoch).validation_top1_percent,
              dense.training.epochs.at(epoch).validation_top1_percent);
  }
  const auto& epochs = dense.training.epochs;
  EXPECT_EQ(sparse.training.best_epoch,
            epochs.at(5).validation_top1_percent > epochs.at(3).validation_top1_percent ? 5 : 3);
}

TEST_F(Loop, RecordsEveryEpochAndKeepsTheBest) {
  LoopOptions with_progress = options();
  std::vector<Progress> seen;
  with_progress.progress = [&](const Progress& progress) { seen.push_back(progress); };
  auto network = std::make_shared<TinyNetwork>();
  const TrainingResult result = train(world(), with_progress, spec_of(network, kEpochs));

  ASSERT_EQ(result.training.epochs.size(), static_cast<std::size_t>(kEpochs));
  double best = -1;
  std::int64_t best_epoch = -1;
  for (const record::EpochRow& row : result.training.epochs) {
    EXPECT_GT(row.images_per_s, 0);
    EXPECT_GT(row.step_s, 0);
    EXPECT_GT(row.evaluation_s, 0);
    EXPECT_LT(row.train_loss, 2);
    if (row.validation_top1_percent > best) {
      best = row.validation_top1_percent;
      best_epoch = row.epoch;
    }
  }
  EXPECT_EQ(result.training.best_epoch, best_epoch);
  EXPECT_EQ(std::reduce(result.training.draws_made.begin(), result.training.draws_made.end()),
            kEpochs * kSteps * 32);

  // The module holds the kept weights, and they validate as the row says.
  EXPECT_EQ(model::weights_digest(model::state(*network)), result.training.weights_digest);
  EvaluationSet validation(world(), *packs->validation, {.loader = loader_options()});
  EXPECT_EQ(static_cast<double>(
                count_correct(validation, [&](const torch::Tensor& x) { return network->forward(x); })) *
                100.0 / 140,
            best);

  ASSERT_EQ(seen.size(), static_cast<std::size_t>(kEpochs * kSteps));
  EXPECT_EQ(seen.back().epoch, kEpochs - 1);
  EXPECT_EQ(seen.back().step, kSteps);
}

TEST_F(Loop, Learns) {
  LoopOptions instance_balanced = options();
  instance_balanced.sampling = config::SamplingKind::instance_balanced;
  const TrainingResult result =
      train(world(), instance_balanced, spec_of(std::make_shared<TinyNetwork>(), 20));
  EXPECT_LT(result.training.epochs.back().train_loss, 0.6 * result.training.epochs.front().train_loss);
  const record::EpochRow& best =
      result.training.epochs.at(static_cast<std::size_t>(result.training.best_epoch));
  EXPECT_GT(best.validation_top1_percent, 35) << "guessing gives 25";
}

/// Trains with a stop after `steps` steps, asked for on the last rank only.
void stop_after(std::int64_t steps, const comm::Group& group, LoopOptions options,
                const std::function<void(const LoopOptions&)>& run) {
  std::int64_t asked = 0;
  options.stop_requested = [&asked, steps, group] {
    return ++asked == steps && group.rank() == group.size() - 1;
  };
  EXPECT_THROW(run(options), base::Stopped) << "after " << steps;
}

TEST_F(Loop, GoesOnFromAnyStepAsIfNeverStopped) {
  const TrainingResult whole = train(world(), options());
  for (const std::int64_t steps : {1, 2, 3, 6}) {
    LoopOptions stopping = options();
    stopping.checkpoint.newest = *folder / base::format("stop_{}.safetensors", steps);
    stop_after(steps, world(), stopping, [](const LoopOptions& o) { static_cast<void>(train(world(), o)); });
    expect_same_outcome(train(world(), stopping), whole);
    // The finished loop's checkpoint gives its outcome again.
    expect_same_outcome(train(world(), stopping), whole);
  }
}

TEST_F(Loop, KeepsCheckpointsWithinAnEpochOnceTheTimeHasPassed) {
  LoopOptions failing = options();
  failing.checkpoint.newest = *folder / "timed.safetensors";
  failing.checkpoint_every_epochs = 100;
  failing.checkpoint_every_s = 1e-9;
  failing.progress = [](const Progress& progress) {
    if (progress.epoch == 1 && progress.step == 2) throw base::SystemError("as if killed");
  };
  EXPECT_THROW(static_cast<void>(train(world(), failing)), base::SystemError);
  world().barrier();
  EXPECT_TRUE(std::filesystem::exists(failing.checkpoint.newest));
  failing.progress = {};
  expect_same_outcome(train(world(), failing), train(world(), options()));
}

TEST_F(Loop, RecordsTheDrawsThatTrainingWasGiven) {
  const TrainingResult trained = train(world(), options());
  const sampling::DrawOptions draws{
      .seed = 3, .kind = options().sampling, .epochs = kEpochs, .draws_per_epoch = kSteps * 32};
  std::string digest;
  std::vector<std::int64_t> made(kClasses, 0);
  for (std::int64_t epoch = 0; epoch < kEpochs; ++epoch) {
    const sampling::DrawSummary summary = sampling::inspect_draws(draws, packs->train->class_counts(), epoch);
    digest = base::sha256_hex(digest + summary.digest);
    for (std::size_t j = 0; j < made.size(); ++j) made[j] += summary.drawn[j];
  }
  EXPECT_EQ(trained.training.draws_digest, digest);
  EXPECT_EQ(trained.training.draws_made, made);
}

/// Stopped one step into the second epoch; `change` then rewrites the checkpoint.
LoopOptions stopped_in_an_epoch(const LoopOptions& options, const std::filesystem::path& file,
                                const std::function<void(const LoopOptions&)>& train,
                                const std::function<void(model::Safetensors&)>& change) {
  LoopOptions stopping = options;
  stopping.checkpoint.newest = file;
  stop_after(kSteps + 1, world(), stopping, train);
  if (world().rank() == 0) {
    model::Safetensors contents = model::read_safetensors(file);
    change(contents);
    model::write_safetensors(file, contents.tensors, contents.metadata);
  }
  world().barrier();
  return stopping;
}

TEST_F(Loop, GoesOnFromWhatTheCheckpointSaysWasDelivered) {
  const auto run = [](const LoopOptions& o) { static_cast<void>(train(world(), o)); };
  const TrainingResult whole = train(world(), options());
  const TrainingResult resumed =
      train(world(), stopped_in_an_epoch(options(), *folder / "delivered.safetensors", run,
                                         [](model::Safetensors& contents) {
                                           for (auto& [name, tensor] : contents.tensors) {
                                             if (name == "delivered/positions") tensor[3] += 1;
                                             if (name == "delivered/of_class") tensor[3] += 1;
                                           }
                                         }));
  EXPECT_EQ(resumed.training.weights_digest, whole.training.weights_digest);
  EXPECT_NE(resumed.training.draws_digest, whole.training.draws_digest);
  EXPECT_EQ(resumed.training.draws_made.at(3), whole.training.draws_made.at(3) + 1);
}

TEST_F(Loop, TakesTheDrawsForWhatACheckpointOfFormat1DoesNotSay) {
  const auto run = [](const LoopOptions& o) { static_cast<void>(train(world(), o)); };
  LoopOptions stopped =
      stopped_in_an_epoch(options(), *folder / "format_1.safetensors", run, [](model::Safetensors& contents) {
        contents.metadata.erase("format");
        std::erase_if(contents.tensors,
                      [](const auto& entry) { return entry.first.starts_with("delivered/"); });
      });
  std::string warned;
  stopped.warn = [&](const std::string& text) { warned += text; };
  expect_same_outcome(train(world(), stopped), train(world(), options()));
  if (world().rank() == 0) {
    EXPECT_THAT(warned, HasSubstr("for the first 1 steps of epoch 1 the record's counts"));
  }
}

TEST_F(Loop, GoesOnOnAnotherNumberOfRanks) {
  const TrainingResult whole = train(world(), options());
  LoopOptions stopping = options();
  stopping.checkpoint.newest = *folder / "other_ranks.safetensors";
  if (world().rank() == 0) {
    stop_after(3, comm::Group::alone(), stopping,
               [](const LoopOptions& o) { static_cast<void>(train(comm::Group::alone(), o)); });
  }
  world().barrier();
  expect_same_outcome(train(world(), stopping), whole);
}

TEST_F(Loop, RefusesTheCheckpointOfAnotherTraining) {
  LoopOptions stopping = options();
  stopping.checkpoint.newest = *folder / "another.safetensors";
  stop_after(1, world(), stopping, [](const LoopOptions& o) { static_cast<void>(train(world(), o)); });
  stopping.seed = 4;
  EXPECT_THAT(test::message_of<base::DataError>([&] { return train(world(), stopping); }),
              HasSubstr("another training"));
}

/// A linear head on the features of a frozen backbone.
TrainingSpec head(const std::string& name, std::uint64_t seed, std::int64_t epochs) {
  auto fc = std::make_shared<torch::nn::LinearImpl>(kFeatures, kClasses);
  test::fill(*fc, seed);
  return {.name = name,
          .module = fc,
          .logits = [fc](const torch::Tensor& features) { return fc->forward(features); },
          .loss = std::make_shared<test::CrossEntropies>(),
          .sgd = {},
          .schedule = {.learning_rate = 0.1, .epochs = epochs}};
}

class LoopOfHeads : public Loop {
 protected:
  static std::vector<TrainingResult> train_heads(const comm::Group& group, LoopOptions options,
                                                 std::vector<TrainingSpec> heads) {
    options.sampling = config::SamplingKind::class_balanced;
    auto backbone = std::make_shared<test::TinyBackbone>();
    test::fill(*backbone, 1);
    options.step.frozen_backbone = backbone;
    const std::string before = model::weights_digest(model::state(*backbone));
    EvaluationSet images(group, *packs->validation, {.loader = loader_options()});
    EvaluationSet validation = features_of(images, *backbone);
    TrainingLoop loop(group, *packs->train, validation, options, std::move(heads));
    std::vector<TrainingResult> results = loop.run();
    EXPECT_EQ(model::weights_digest(model::state(*backbone)), before) << "the backbone is frozen";
    return results;
  }
};

TEST_F(LoopOfHeads, TrainsEachHeadAsIfItWereAlone) {
  const std::vector<TrainingResult> together =
      train_heads(world(), options(), {head("crt", 5, 3), head("lws", 6, 1)});
  expect_same_outcome(together.at(0), train_heads(world(), options(), {head("crt", 5, 3)}).at(0));
  expect_same_outcome(together.at(1), train_heads(world(), options(), {head("lws", 6, 1)}).at(0));
  EXPECT_EQ(together.at(1).training.epochs.size(), 1U);
  EXPECT_EQ(std::reduce(together.at(1).training.draws_made.begin(), together.at(1).training.draws_made.end()),
            kSteps * 32);
  EXPECT_EQ(together.at(0).training.draws_made, (std::vector<std::int64_t>{48, 48, 48, 48}));
}

TEST_F(LoopOfHeads, GoesOnAfterAHeadHasDroppedOut) {
  const auto heads = [] { return std::vector<TrainingSpec>{head("crt", 5, 3), head("lws", 6, 1)}; };
  const std::vector<TrainingResult> whole = train_heads(comm::Group::alone(), options(), heads());
  LoopOptions stopping = options();
  stopping.checkpoint.newest = *folder / "heads.safetensors";
  stop_after(kSteps + 1, world(), stopping,
             [&](const LoopOptions& o) { static_cast<void>(train_heads(world(), o, heads())); });
  const std::vector<TrainingResult> resumed = train_heads(world(), stopping, heads());
  expect_same_outcome(resumed.at(0), whole.at(0));
  expect_same_outcome(resumed.at(1), whole.at(1));
}

/// Heads on a frozen backbone whose BatchNorm statistics move.
class LoopOfHeadsOnMovingStatistics : public Loop {
 protected:
  struct Outcome {
    std::vector<TrainingResult> trained;
    std::shared_ptr<test::TinyBackbone> backbone;
  };
  static Outcome train_heads(const comm::Group& group, LoopOptions options, std::vector<TrainingSpec> heads) {
    options.sampling = config::SamplingKind::class_balanced;
    auto backbone = std::make_shared<test::TinyBackbone>();
    test::fill(*backbone, 1);
    options.step.frozen_backbone = backbone;
    options.step.update_statistics = true;
    EvaluationSet images(group, *packs->validation, {.loader = loader_options()});
    TrainingLoop loop(group, *packs->train, images, options, std::move(heads));
    return {loop.run(), backbone};
  }
  static std::vector<TrainingSpec> two_heads() { return {head("crt", 5, 3), head("lws", 6, 1)}; }
};

const torch::Tensor& tensor_of(const TrainingResult& trained, std::string_view name) {
  return std::ranges::find(trained.best, name, [](const auto& item) { return item.first; })->second;
}

TEST_F(LoopOfHeadsOnMovingStatistics, MovesBuffersAndNothingElseOfTheBackbone) {
  const Outcome outcome = train_heads(world(), options(), {head("crt", 5, 3)});
  test::TinyBackbone untouched;
  test::fill(untouched, 1);
  for (const auto& named : untouched.named_parameters()) {
    EXPECT_TRUE(torch::equal(named.value(), outcome.backbone->named_parameters()[named.key()]))
        << named.key();
  }
  EXPECT_FALSE(torch::equal(untouched.norm->running_mean, outcome.backbone->norm->running_mean));
}

TEST_F(LoopOfHeadsOnMovingStatistics, KeepsTheBuffersOfEachHeadsBestEpochAndValidatesOnThem) {
  const std::vector<TrainingSpec> heads = two_heads();
  const Outcome outcome = train_heads(world(), options(), heads);
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const record::TrainingRecord& training = outcome.trained[i].training;
    model::load_state(model::buffers(*outcome.backbone), outcome.trained[i].best, "best",
                      model::ExtraTensors::ignore);
    EXPECT_EQ(outcome.backbone->norm->num_batches_tracked.item<std::int64_t>(),
              (training.best_epoch + 1) * kSteps);
    EvaluationSet images(world(), *packs->validation, {.loader = loader_options()});
    EvaluationSet features = features_of(images, *outcome.backbone);
    EXPECT_EQ(static_cast<double>(count_correct(features, heads[i].logits)) * 100.0 / 140,
              training.epochs.at(static_cast<std::size_t>(training.best_epoch)).validation_top1_percent);
  }
}

TEST_F(LoopOfHeadsOnMovingStatistics, HasADigestOfTheEndThatOtherHeadsDoNotChange) {
  // Ten epochs, so that the best is not the last of both.
  const auto crt = [] { return head("crt", 5, 10); };
  const auto lws = [] { return head("lws", 6, 10); };
  const std::vector<TrainingResult> one = train_heads(world(), options(), {crt(), lws()}).trained;
  const std::vector<TrainingResult> other = train_heads(world(), options(), {lws(), crt()}).trained;
  expect_same_outcome(one[0], other[1]);
  expect_same_outcome(one[1], other[0]);
  EXPECT_LT(std::min(one[0].training.best_epoch, one[1].training.best_epoch), 9)
      << "buffers of the best epoch are those of the end, and the test shows nothing";
}

TEST_F(LoopOfHeadsOnMovingStatistics, GivesTheSameBitsOnAnyRanksAndAfterAStop) {
  const Outcome whole = train_heads(comm::Group::alone(), options(), two_heads());
  expect_same_outcome(train_heads(world(), options(), two_heads()).trained.at(0), whole.trained.at(0));
  LoopOptions stopping = options();
  stopping.checkpoint.newest = *folder / "moving_heads.safetensors";
  stop_after(kSteps + 1, world(), stopping,
             [](const LoopOptions& o) { static_cast<void>(train_heads(world(), o, two_heads())); });
  const Outcome resumed = train_heads(world(), stopping, two_heads());
  for (std::size_t i = 0; i < whole.trained.size(); ++i) {
    expect_same_outcome(resumed.trained[i], whole.trained[i]);
    EXPECT_TRUE(test::same_bits(tensor_of(resumed.trained[i], "norm.running_var"),
                                tensor_of(whole.trained[i], "norm.running_var")));
  }
}

TEST_F(Loop, StatisticsOfTheFirstMicroBatchAloneGiveOtherBuffersOnAnyRanks) {
  LoopOptions first = options();
  first.step.first_part_statistics = true;
  const TrainingResult shared = train(world(), first);
  expect_same_outcome(shared, train(comm::Group::alone(), first));
  EXPECT_NE(shared.training.weights_digest, train(world(), options()).training.weights_digest);
}

TEST_F(Loop, NamesEpochStepAndLearningRateWhenTrainingDiverges) {
  TrainingSpec spec = spec_of(std::make_shared<TinyNetwork>(), kEpochs);
  spec.schedule.learning_rate = 1e30;
  EXPECT_THAT(
      test::message_of<base::SystemError>([&] { return train(world(), options(), spec); }),
      AllOf(HasSubstr("the loss of joint is"), HasSubstr("in step 1 of epoch 0, at learning rate 1e+30"),
            HasSubstr("lower the learning rate")));
}

TEST_F(Loop, RaisesOnAllRanksThatAnImageIsDamaged) {
  if (world().rank() == 0) {
    std::filesystem::copy_file(*folder / "train.h5", *folder / "damaged.h5");
    std::fstream file(*folder / "damaged.h5", std::ios::in | std::ios::out | std::ios::binary);
    std::vector<std::byte> buffer;
    const std::span<const std::byte> image = packs->train->read(base::SampleIndex(50), buffer);
    std::string all((std::istreambuf_iterator<char>(file)), {});
    const std::size_t at = all.find(std::string(reinterpret_cast<const char*>(image.data()), image.size()));
    ASSERT_NE(at, std::string::npos);
    file.clear();
    file.seekp(static_cast<std::streamoff>(at + image.size() / 2));
    file.put(static_cast<char>(~all[at + image.size() / 2]));
  }
  world().barrier();
  const data::Pack damaged(*folder / "damaged.h5");
  EvaluationSet validation(world(), *packs->validation, {.loader = loader_options()});
  TrainingLoop loop(world(), damaged, validation, options(), {spec_of(std::make_shared<TinyNetwork>(), 10)});
  EXPECT_THAT(test::message_of<base::DataError>([&] { return loop.run(); }), HasSubstr("damaged.h5"));
}

TEST_F(Loop, RefusesABatchLargerThanTheSet) {
  LoopOptions large = options();
  large.global_batch = 128;
  EXPECT_THROW(static_cast<void>(train(world(), large)), base::ConfigError);
}

TEST_F(Loop, RefusesRanksThatCannotShareTheMicroBatches) {
  LoopOptions odd = options();
  odd.micro_batches = world().size() == 1 ? 0 : world().size() + 1;
  EXPECT_THROW(static_cast<void>(train(world(), odd)), base::ConfigError);
}

}  // namespace
}  // namespace ltr::train
