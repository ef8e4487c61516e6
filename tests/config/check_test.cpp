// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_text.hpp"
#include "message_of.hpp"

namespace ltr::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

struct BadValue {
  std::string_view assignment;  ///< an override that breaks one rule
  std::string_view message;     ///< what must stand behind "--set <assignment>: "
};

constexpr BadValue kBadValues[] = {
    {"run.output=", "run.output = \"\": a file"},
    {"run.seeds=[]", "run.seeds = []: the grid"},
    {"run.seeds=[0, 1, 0]", "run.seeds = [0, 1, 0]: the same cells"},
    {"data.train=", "data.train = \"\": a file"},
    {"data.test=", "data.test = \"\": a file"},
    {"data.train=[\"a.h5\", \"a.h5\"]", "data.train = [\"a.h5\", \"a.h5\"]: each pack"},
    {"data.validation=[\"a.h5\", \"\"]", "data.validation = [\"a.h5\", \"\"]: each pack"},
    {"data.shots.few_below=102",
     "data.shots.few_below = 102 with data.shots.many_above = 100: a class could be"},
    {"data.shots.few_below=-1", "data.shots.few_below = -1: it is a number"},
    {"grid.sampling=[]", "grid.sampling = []: the grid"},
    {"grid.sampling=[\"square_root\", \"square_root\"]",
     "grid.sampling = [\"square_root\", \"square_root\"]: the same cells"},
    {"grid.learning=[]", "grid.learning = []: the grid"},
    {"grid.learning=[\"ncm\", \"joint\", \"ncm\"]",
     "grid.learning = [\"ncm\", \"joint\", \"ncm\"]: the same cells"},
    {"input.size=0", "input.size = 0: an image"},
    {"input.padding=-1", "input.padding = -1: "},
    {"input.size=20000", "input.size = 20000: an image"},
    {"loader.threads=1000000",
     "loader.threads = 1000000: work needs a thread to do it, and a host has so many processors; "
     "give 1 to 1024"},
    {"data.shots.many_above=9223372036854775807",
     "data.shots.many_above = 9223372036854775807: it is a number of training "
     "images; give 0 to 1000000000000"},
    {"input.padding=2147483647",
     "input.padding = 2147483647: it is a number of pixels on every side; give 0 to 16384"},
    {"input.evaluation_resize=2147483647", "input.evaluation_resize = 2147483647: an image needs pixels"},
    {"stage_1.epochs=2147483647",
     "stage_1.epochs = 2147483647: an epoch is one pass over the draws; give 1 to 1000000"},
    {"stage_1.micro_batches=2147483647",
     "stage_1.micro_batches = 2147483647: a step is made of micro-batches, whose "
     "BatchNorm statistics are kept for its length; give 1 to 65536"},
    {"stage_1.global_batch=9223372036854775807",
     "stage_1.global_batch = 9223372036854775807: a step needs images"},
    {"stage_1.validate_every_epochs=2147483647", "stage_1.validate_every_epochs = 2147483647: validation"},
    {"stage_2.crt.epochs=2147483647", "stage_2.crt.epochs = 2147483647: an epoch"},
    {"stage_2.lws.epochs=2147483647", "stage_2.lws.epochs = 2147483647: an epoch"},
    {"stage_2.finetune.epochs=2147483647", "stage_2.finetune.epochs = 2147483647: an epoch"},
    {"parallel.ranks_per_cell=2147483647",
     "parallel.ranks_per_cell = 2147483647: it is a number of ranks, with 0 for all"},
    {"parallel.ranks_per_cell_stage_2=-1",
     "parallel.ranks_per_cell_stage_2 = -1: it is a number of ranks, with 0 for as"},
    {"parallel.stall_timeout_s=1e300",
     "parallel.stall_timeout_s = 1e+300: it is a time in seconds, with 0 to wait for "
     "ever; give 0 to 1000000000"},
    {"parallel.stall_timeout_s=0.5", "parallel.stall_timeout_s = 0.5: ranks are seconds apart"},
    {"checkpoint.every_epochs=2147483647", "checkpoint.every_epochs = 2147483647: checkpoints"},
    {"checkpoint.every_s=1e300", "checkpoint.every_s = 1e+300: it is a time"},
    {"checkpoint.keep=2147483647", "checkpoint.keep = 2147483647: a run that stops"},
    {"loader.queue_batches=2000000000", "loader.queue_batches = 2000000000: training"},
    {"parallel.threads_per_rank=5000", "parallel.threads_per_rank = 5000: work needs"},
    {"stage_1.weight_decay=1e300", "stage_1.weight_decay = 1e+300: below 0"},
    {"stage_1.learning_rate=1e300", "stage_1.learning_rate = 1e+300: weights"},
    {"input.evaluation_resize=223", "input.evaluation_resize = 223 with input.size = 224: the centre"},
    {"input.size=300", "input.evaluation_resize = 256 with input.size = 300: the centre"},
    {"input.color_jitter=[0, 0, -0.1]", "input.color_jitter = [0.0, 0.0, -0.1]: "},
    {"input.std=[0.2, 0, 0.2]", "input.std = [0.2, 0.0, 0.2]: pixels are divided"},
    {"loader.threads=0", "loader.threads = 0: "},
    {"loader.queue_batches=0", "loader.queue_batches = 0: "},
    {"stage_1.trained=last_block",
     "stage_1.trained = \"last_block\" with model.pretrained = \"\": the frozen part"},
    {"stage_1.weights=w.safetensors",
     "stage_1.weights = \"w.safetensors\" with grid.sampling = [\"instance_balanced\", \"class_balanced\", "
     "\"square_root\", \"progressively_balanced\"]: every sampling"},
    {"stage_1.epochs=0", "stage_1.epochs = 0: "},
    {"stage_1.micro_batches=0", "stage_1.micro_batches = 0: a step"},
    {"stage_1.global_batch=0", "stage_1.global_batch = 0: a step"},
    {"stage_1.global_batch=100",
     "stage_1.micro_batches = 8 with stage_1.global_batch = 100: micro-batches are equal parts"},
    {"stage_1.learning_rate=0", "stage_1.learning_rate = 0.0: "},
    {"stage_1.warmup_epochs=90", "stage_1.warmup_epochs = 90 with stage_1.epochs = 90: "},
    {"stage_1.warmup_epochs=-1", "stage_1.warmup_epochs = -1: warm-up"},
    {"stage_1.momentum=1", "stage_1.momentum = 1.0: "},
    {"stage_1.momentum=-0.1", "stage_1.momentum = -0.1: "},
    {"stage_1.weight_decay=-1e-4", "stage_1.weight_decay = -0.0001: "},
    {"stage_1.schedule=step",
     "stage_1.step.milestones = [] with stage_1.schedule = \"step\": schedule \"step\" lowers"},
    {"stage_1.step.milestones=[60]",
     "stage_1.step.milestones = [60] with stage_1.schedule = \"cosine\": schedule \"step\" lowers"},
    {"stage_1.step.factor=1", "stage_1.step.factor = 1.0: the rate"},
    {"stage_1.step.factor=0", "stage_1.step.factor = 0.0: the rate"},
    {"stage_1.backbone_learning_rate_scale=0",
     "stage_1.backbone_learning_rate_scale = 0.0: the backbone learns"},
    {"stage_1.clip_norm=-1", "stage_1.clip_norm = -1.0: it is the length"},
    {"stage_1.label_smoothing=1", "stage_1.label_smoothing = 1.0: it is the share"},
    {"stage_1.label_smoothing=-0.1", "stage_1.label_smoothing = -0.1: it is the share"},
    {"stage_1.validate_every_epochs=0", "stage_1.validate_every_epochs = 0: validation"},
    {"stage_2.schedule=step", "stage_2.schedule = \"step\": milestones are epochs of stage 1"},
    {"stage_2.learning_rate=-1", "stage_2.learning_rate = -1.0: "},
    {"stage_2.crt.epochs=0", "stage_2.crt.epochs = 0: "},
    {"stage_2.lws.epochs=0", "stage_2.lws.epochs = 0: "},
    {"stage_2.sampling=progressively_balanced",
     "stage_2.sampling = \"progressively_balanced\" with stage_2.lws.epochs = 5: crt, lws and "
     "finetune_classifier share their draws"},
    {"stage_2.tau.from=2.5", "stage_2.tau.to = 2.0 with stage_2.tau.from = 2.5: the tau grid"},
    {"stage_2.tau.step=0", "stage_2.tau.step = 0.0: the tau grid would never end"},
    {"stage_2.tau.step=-0.1", "stage_2.tau.step = -0.1: the tau grid would never end"},
    {"stage_2.tau.step=1e-300", "stage_2.tau.step = 1e-300: the tau grid would have more than 1000"},
    {"parallel.threads_per_rank=0", "parallel.threads_per_rank = 0: "},
    {"checkpoint.every_epochs=0", "checkpoint.every_epochs = 0: "}};

constexpr std::pair<const char*, const char*> kNotForProcessors[] = {
    {"parallel.precision=tf32", "parallel.precision = \"tf32\" with parallel.device = \"cpu\": TF32 is"},
    {"parallel.exchange=nccl", "parallel.exchange = \"nccl\" with parallel.device = \"cpu\": NCCL knows"},
    {"parallel.autotune=true", "parallel.autotune = true with parallel.device = \"cpu\": it is cuDNN"},
    {"parallel.cuda_graph=true", "parallel.cuda_graph = true with parallel.device = \"cpu\": only a GPU"}};

TEST(Check, WhatOnlyGpusKnowIsRefusedOnProcessors) {
  for (const auto& [assignment, message] : kNotForProcessors) {
    EXPECT_THAT(refusal_of("", {"parallel.device=cpu", assignment}), HasSubstr(message));
  }
}

TEST(Check, ReferenceModeDecodesAsTheAuthorsCode) {
  EXPECT_THAT(refusal_of("", {"input.scaled_decode=true", "fidelity.mode=reference"}),
              HasSubstr("input.scaled_decode = true with fidelity.mode = \"reference\": the authors' code"));
}

TEST(Check, GpuKeysThatExcludeEachOtherAreRefused) {
  EXPECT_THAT(refusal_of("", {"parallel.share_gpus=true", "parallel.exchange=nccl"}),
              HasSubstr("NCCL refuses two ranks on one GPU"));
  EXPECT_THAT(refusal_of("", {"parallel.exchange=mpi", "parallel.cuda_graph=true"}),
              HasSubstr("messages over MPI"));
}

TEST(Check, ValuesOutOfRangeAreRefusedWithTheirReason) {
  for (const auto& [assignment, message] : kBadValues) {
    const std::string broken(assignment);
    EXPECT_THAT(refusal_of("", {broken}), StartsWith("--set " + broken + ": " + std::string(message)));
  }
}

TEST(Check, NamesThePlaceInTheFile) {
  EXPECT_THAT(refusal_of("[stage_1]\nepochs = 0\n"), StartsWith("grid.toml:7:10: stage_1.epochs = 0: "));
  // The culprit has its default: the place is that of the other key.
  EXPECT_THAT(refusal_of("[stage_1]\nglobal_batch = 100\n"),
              StartsWith("grid.toml:7:16: stage_1.micro_batches = 8"));
}

TEST(Check, BoundariesAreAllowed) {
  EXPECT_EQ(refusal_of("", {"data.shots.few_below=101", "stage_1.epochs=1", "stage_1.micro_batches=512",
                            "input.evaluation_resize=224", "stage_1.momentum=0", "stage_1.weight_decay=0",
                            "stage_2.tau={from=0.5, to=0.5, step=1}", "input.color_jitter=[0, 0, 0]"}),
            "accepted");
}

TEST(Check, FixedOrderNeedsAPowerOfTwoOfMicroBatches) {
  const std::vector<std::string> six{"stage_1.micro_batches=6", "stage_1.global_batch=12"};
  EXPECT_THAT(
      refusal_of("", six),
      AllOf(StartsWith("--set stage_1.micro_batches=6: stage_1.micro_batches = 6 with parallel.reduction = "
                       "\"fixed_order\": "),
            HasSubstr("power of two")));
  EXPECT_EQ(refusal_of("[parallel]\nreduction = \"fastest\"\n", six), "accepted");
}

TEST(Check, MilestonesRiseBetweenWarmUpAndEnd) {
  const auto with = [](const std::string& milestones) {
    return refusal_of(
        "", {"stage_1.schedule=step", "stage_1.warmup_epochs=5", "stage_1.step.milestones=" + milestones});
  };
  EXPECT_EQ(with("[6, 60, 89]"), "accepted");
  for (const std::string bad : {"[60, 60]", "[80, 60]", "[5, 60]", "[60, 90]", "[-1]"}) {
    EXPECT_THAT(with(bad), HasSubstr("with stage_1.epochs = 90: they are the epochs from which")) << bad;
  }
  EXPECT_THAT(with("[60.5]"), HasSubstr("the number 60.5 is given; an integer"));
  EXPECT_THAT(with("60"), HasSubstr("the integer 60 is given; a list"));
}

TEST(Check, NesterovNeedsMomentum) {
  EXPECT_THAT(refusal_of("", {"stage_1.nesterov=true", "stage_1.momentum=0"}),
              HasSubstr("stage_1.nesterov = true with stage_1.momentum = 0.0: "));
  EXPECT_EQ(refusal_of("", {"stage_1.nesterov=true"}), "accepted");
}

std::string rank_refusal(const Configuration& configuration, int ranks) {
  return test::message_of<base::ConfigError>([&] { check_ranks(configuration, ranks); });
}

TEST(CheckRanks, FixedOrderTakesPowersOfTwoThatDivide) {
  const Configuration c = least_with("");
  for (int ranks : {1, 2, 4, 8}) EXPECT_EQ(rank_refusal(c, ranks), "accepted") << ranks;
  for (int ranks : {0, -1, 3, 5, 6, 7, 16}) EXPECT_NE(rank_refusal(c, ranks), "accepted") << ranks;
  EXPECT_THAT(rank_refusal(c, 3), AllOf(StartsWith("3 ranks cannot share stage_1.micro_batches = 8 "),
                                        HasSubstr("power of two"), HasSubstr("ranks: 1, 2, 4, 8, or")));
}

TEST(CheckRanks, OfTheMostMicroBatchesAreListed) {
  const Configuration c = least_with("", {"stage_1.micro_batches=65536", "stage_1.global_batch=65536"});
  EXPECT_EQ(rank_refusal(c, 65536), "accepted");
  EXPECT_THAT(rank_refusal(c, 3), HasSubstr("ranks: 1, 2, 4, 8, 16, 32, "));
}

TEST(CheckRanks, FastestTakesAnyDivisor) {
  const Configuration c =
      least_with("", {"parallel.reduction=fastest", "stage_1.micro_batches=12", "stage_1.global_batch=24"});
  for (int ranks : {1, 2, 3, 4, 6, 12}) EXPECT_EQ(rank_refusal(c, ranks), "accepted") << ranks;
  EXPECT_THAT(rank_refusal(c, 5), AllOf(HasSubstr("\"fastest\""), HasSubstr("ranks: 1, 2, 3, 4, 6, 12, or")));
  EXPECT_THAT(rank_refusal(c, 24), testing::Not(HasSubstr("power of two")));
}

TEST(Check, ALossForNaturalDrawsIsNotCombinedWithAnotherSamplingUnasked) {
  const std::string loss = "grid.loss=balanced_softmax";
  EXPECT_THAT(
      refusal_of("", {loss}),
      AllOf(HasSubstr("grid.loss = [\"balanced_softmax\"] with grid.sampling = [\"instance_balanced\", "),
            HasSubstr("set loss.any_sampling = true")));
  EXPECT_EQ(refusal_of("", {loss, "grid.sampling=instance_balanced"}), "accepted");
  EXPECT_EQ(refusal_of("", {loss, "loss.any_sampling=true"}), "accepted");
  EXPECT_THAT(refusal_of("", {"stage_2.loss=balanced_softmax"}),
              HasSubstr("stage_2.loss = \"balanced_softmax\" with stage_2.sampling = \"class_balanced\": "));
  EXPECT_EQ(refusal_of("", {"stage_2.loss=balanced_softmax", "stage_2.sampling=instance_balanced"}),
            "accepted");
  EXPECT_THAT(refusal_of("", {"loss.balanced_softmax.tau=-1"}), HasSubstr("frequent classes would gain"));
}

TEST(Check, SmoothedLabelsNeedALossThatHasLabels) {
  EXPECT_THAT(
      refusal_of("", {"grid.loss=focal", "stage_1.label_smoothing=0.1"}),
      HasSubstr("stage_1.label_smoothing = 0.1 with grid.loss = [\"focal\"]: the loss has no labels"));
  EXPECT_THAT(refusal_of("", {"stage_2.loss=focal", "stage_1.label_smoothing=0.1"}),
              HasSubstr("stage_1.label_smoothing = 0.1 with stage_2.loss = \"focal\""));
  EXPECT_THAT(refusal_of("", {"grid.loss=focal", "loss.focal.gamma=-1"}), HasSubstr("would count most"));
}

TEST(TauValues, AreTheDecimalsThatWereTyped) {
  const std::vector<double> values = values_of({.from = 0.0, .to = 2.0, .step = 0.1});
  ASSERT_EQ(values.size(), 21u);
  for (int i = 0; i <= 20; ++i) EXPECT_EQ(values[i], i / 10.0) << i;
}

TEST(TauValues, StopAtOrBeforeTheEnd) {
  EXPECT_THAT(values_of({.from = 0.5, .to = 1.0, .step = 0.2}), testing::ElementsAre(0.5, 0.7, 0.9));
  EXPECT_THAT(values_of({.from = 1.0, .to = 1.0, .step = 0.2}), testing::ElementsAre(1.0));
}

TEST(Check, WeightsInPlaceOfTrainingAndToStartItFromExcludeEachOther) {
  const std::vector<std::string> one_sampling{"grid.sampling=[\"square_root\"]",
                                              "stage_1.weights=w.safetensors"};
  EXPECT_EQ(least_with("", one_sampling).starting_weights(), "w.safetensors");
  EXPECT_EQ(least_with("", {"model.pretrained=p.safetensors"}).starting_weights(), "p.safetensors");
  EXPECT_THAT(refusal_of("", {one_sampling[0], one_sampling[1], "model.pretrained=p.safetensors"}),
              HasSubstr("stage_1.weights = \"w.safetensors\" with model.pretrained = \"p.safetensors\": "));
}

}  // namespace
}  // namespace ltr::config
