// SPDX-License-Identifier: Apache-2.0
#include "config/toml.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "config/config_text.hpp"
#include "message_of.hpp"

namespace ltr::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Every field away from its default.
Configuration unusual_configuration() {
  Configuration c;
  c.run = {.output = "a \"quoted\" \\ name\twith\nodd \u00e9 parts.h5",
           .seeds = {7, 0, 9223372036854775807u}};
  c.data = {.root = "/data/my set",
            .train = "t.h5",
            .validation = "v.h5",
            .test = "e.h5",
            .stage = "/local/scratch",
            .shots = {.many_above = 1000, .few_below = 200}};
  c.grid = {.sampling = {SamplingKind::square_root},
            .loss = {LossKind::balanced_softmax},
            .learning = {LearningKind::lws, LearningKind::joint},
            .replacement = true};
  c.loss = {.balanced_softmax = {.tau = 1.5}, .focal = {.gamma = 1.5}, .any_sampling = true};
  c.model = {.backbone = BackboneKind::resnet44, .pretrained = "weights/imagenet.safetensors"};
  c.input = {.size = 32,
             .train_crop = TrainCrop::pad_and_crop,
             .padding = 3,
             .evaluation_resize = 33,
             .flip = false,
             .scaled_decode = false,  // fidelity.mode excludes it
             .color_jitter = {0.0, 0.1, 1.0 / 3.0},
             .mean = {0.466, -1e-300, 12345678.9},
             .std = {5e-324 * 1e20, 1e22, 0.192}};
  c.loader = {.threads = 3, .queue_batches = 7, .cache = LoaderCache::decoded};
  c.stage_1 = {.weights = "",  // excludes model.pretrained
               .trained = TrainedPart::last_block,
               .epochs = 200,
               .global_batch = 12,
               .micro_batches = 3,
               .learning_rate = 0.1 + 0.2,
               .scale_learning_rate = true,
               .backbone_learning_rate_scale = 0.1,
               .schedule = ScheduleKind::step,
               .step = {.milestones = {160, 180}, .factor = 0.2},
               .warmup_epochs = 5,
               .momentum = 0.5,
               .nesterov = true,
               .weight_decay = 1e-4,
               .decay_norm_and_bias = false,
               .clip_norm = 2.5,
               .label_smoothing = 0.1,
               .validate_every_epochs = 5};
  c.stage_2 = {.sampling = SamplingKind::progressively_balanced,
               .loss = LossKind::balanced_softmax,
               .learning_rate = 1e-7,
               .weight_decay = 0.0,
               .schedule = ScheduleKind::constant,
               .crt = {.epochs = 30},
               .lws = {.epochs = 6},
               .tau = {.from = 0.25, .to = 1.75, .step = 0.125},
               .logit_adjusted = {.from = 0.5, .to = 1.5, .step = 0.25},
               .ncm = {.distance = NcmDistance::centred},
               .finetune = {.epochs = 3, .new_classifier = false}};
  c.parallel = {.threads_per_rank = 4,
                .ranks_per_cell = 6,
                .ranks_per_cell_stage_2 = 3,
                .reduction = Reduction::fastest,
                .device = DeviceKind::cuda,
                .share_gpus = false,  // NCCL excludes it
                .exchange = ExchangeKind::nccl,
                .precision = Precision::bfloat16,
                .autotune = true,
                .cuda_graph = true,
                .stall_timeout_s = 12.5};
  c.fidelity = {.mode = FidelityMode::reference,
                .frozen_statistics_move = true,
                .first_part_statistics = true,
                .class_balanced_runs = false,  // these three exclude grid.replacement
                .square_root_independent = false,
                .progressive_independent = false,
                .lws_scales_bias = true,
                .lws_decays_scales = true,
                .schedule_ahead = true};
  c.checkpoint = {.every_epochs = 9, .every_s = 0, .keep = 3};
  return c;
}

TEST(Toml, LeastFileTakesThePapersDefaults) {
  const Configuration c = least_with("");
  EXPECT_EQ(c.run.output, "results/run.h5");
  EXPECT_THAT(c.run.seeds, ElementsAre(0));
  EXPECT_EQ(c.data.root, ".");
  EXPECT_EQ(c.grid.sampling.size(), 4u);
  EXPECT_EQ(c.grid.learning.size(), 5u);
  EXPECT_EQ(c.stage_1.epochs, 90);
  EXPECT_EQ(c.stage_1.global_batch, 512);
  EXPECT_DOUBLE_EQ(c.stage_1.learning_rate, 0.2);
  EXPECT_DOUBLE_EQ(c.stage_1.weight_decay, 5e-4);
  EXPECT_EQ(c.stage_2.crt.epochs, 10);
  EXPECT_EQ(c.stage_2.lws.epochs, 5);
}

TEST(Toml, KeysAreReadInEveryNotation) {
  const Configuration c = least_with(
      "shots = { many_above = 1000, few_below = 200 }\n"
      "[grid]\n"
      "learning = [\"crt\", \"joint\"]\n"
      "[input]\n"
      "color_jitter = [0, 0.5, 1]\n"
      "[stage_1]\n"
      "momentum = 0\n"
      "[stage_2]\n"
      "crt.epochs = 3\n"
      "tau = { from = 0, to = 1, step = 0.5 }\n"
      "[stage_2.lws]\n"
      "epochs = 4\n"
      "[stage_2.ncm]\n"
      "distance = \"euclidean\"\n");
  EXPECT_EQ(c.data.shots.many_above, 1000);
  EXPECT_EQ(c.data.shots.few_below, 200);
  EXPECT_THAT(c.grid.learning, ElementsAre(LearningKind::crt, LearningKind::joint));
  EXPECT_THAT(c.input.color_jitter, ElementsAre(0.0, 0.5, 1.0));
  EXPECT_EQ(c.stage_1.momentum, 0.0);
  EXPECT_EQ(c.stage_2.crt.epochs, 3);
  EXPECT_EQ(c.stage_2.lws.epochs, 4);
  EXPECT_EQ(c.stage_2.tau.to, 1.0);
  EXPECT_EQ(c.stage_2.ncm.distance, NcmDistance::euclidean);
}

TEST(Toml, WrittenTextReadsBackEqual) {
  for (const Configuration& c : {least_with(""), unusual_configuration()}) {
    const std::string text = to_toml(c);
    const Configuration back = parse(text);
    EXPECT_THAT(differing_keys(c, back), IsEmpty());
    EXPECT_EQ(back.run.output, c.run.output);
    EXPECT_EQ(back.stage_1.learning_rate, c.stage_1.learning_rate);
    EXPECT_EQ(back.input.mean, c.input.mean);
    EXPECT_EQ(back.input.std, c.input.std);
    EXPECT_EQ(to_toml(back), text);
  }
}

TEST(Toml, DoublesSurviveWritingBitForBit) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200; ++i) {
    Configuration c = least_with("");
    c.input.mean[0] = std::ldexp(static_cast<double>(random() >> 11), static_cast<int>(random() % 600) - 400);
    EXPECT_EQ(parse(to_toml(c)).input.mean[0], c.input.mean[0]);
  }
}

TEST(Toml, WritingHasEveryKeyInTheOrderOfTheTables) {
  Configuration c = least_with("");
  c.data.shots = {.many_above = 7, .few_below = 3};
  const std::string text = to_toml(c);
  EXPECT_THAT(text, StartsWith("format = 1\n\n[run]\noutput = \"results/run.h5\"\nseeds = [0]\n\n[data]\n"));
  EXPECT_THAT(text, HasSubstr("\nshots = { many_above = 7, few_below = 3 }\n"));
  EXPECT_THAT(text, HasSubstr("\nlearning = [\"joint\", \"ncm\", \"crt\", \"tau_normalized\", \"lws\"]\n"));
  EXPECT_THAT(text, HasSubstr("\nweight_decay = 0.0005\n"));
  EXPECT_THAT(text,
              HasSubstr("\ncrt.epochs = 10\nlws.epochs = 5\ntau = { from = 0.0, to = 2.0, step = 0.1 }\n"
                        "ncm.distance = \"cosine\"\n"));
  std::size_t last = 0;
  for (const char* table : {"[run]", "[data]", "[grid]", "[model]", "[input]", "[loader]", "[stage_1]",
                            "[stage_2]", "[parallel]", "[checkpoint]"}) {
    const std::size_t here = text.find(std::string("\n") + table + "\n");
    ASSERT_NE(here, text.npos) << table;
    EXPECT_GT(here, last) << table;
    last = here;
  }
}

std::vector<std::string> texts_of(const std::vector<KeyDifference>& differences) {
  std::vector<std::string> texts;
  for (const KeyDifference& difference : differences) texts.push_back(difference.text());
  return texts;
}

TEST(Toml, DifferingKeysNameKeyAndBothValues) {
  const Configuration here = least_with("");
  const Configuration there =
      least_with("", {"stage_1.epochs=2", "grid.learning=[\"joint\"]", "run.output=elsewhere.h5",
                      "data.root=/elsewhere", "data.train=/elsewhere/train.h5", "data.stage=/local"});
  EXPECT_THAT(texts_of(differing_keys(here, there)),
              ElementsAre("grid.learning: [\"joint\", \"ncm\", \"crt\", \"tau_normalized\", \"lws\"] here, "
                          "[\"joint\"] there",
                          "stage_1.epochs: 90 here, 2 there"));
  EXPECT_THAT(differing_keys(here, here), IsEmpty());
}

TEST(Settings, OfTheDefaultsAreThoseOfTheFirstVersionThatHadADigest) {
  base::Sha256 hash;
  for (const std::string& line : settings(least_with(""))) hash.add(line + "\n");
  EXPECT_EQ(hash.hex(), "65e6e3ae0529847e745ce4d3e687e181edf4d869d0aabb8ff5e732d299d3a792");
  EXPECT_THAT(
      settings(least_with("")),
      AllOf(Contains("stage_1.loss = \"cross_entropy\""), Contains("stage_1.backbone_rate_factor = 1.0"),
            Not(Contains(StartsWith("grid.loss"))), Not(Contains(StartsWith("stage_2.weight_decay")))));
}

TEST(Settings, NameLaterKeysThatAreNotAtTheirDefault) {
  EXPECT_THAT(settings(least_with("", {"stage_2.weight_decay=0.5"})), Contains("stage_2.weight_decay = 0.5"));
  EXPECT_THAT(settings(least_with("", {"stage_1.backbone_learning_rate_scale=0.5"})),
              Contains("stage_1.backbone_rate_factor = 0.5"));
}

TEST(Toml, AnEarlierNameIsReadWithANote) {
  const Configuration c = least_with("", {"stage_1.backbone_rate_factor=0.5", "stage_1.loss=cross_entropy"});
  EXPECT_EQ(c.stage_1.backbone_learning_rate_scale, 0.5);
  EXPECT_THAT(c.grid.loss, ElementsAre(LossKind::cross_entropy));
  EXPECT_THAT(
      c.notes,
      ElementsAre("--set stage_1.backbone_rate_factor=0.5: stage_1.backbone_rate_factor is now called "
                  "stage_1.backbone_learning_rate_scale; the earlier name is still read",
                  HasSubstr("stage_1.loss is now called grid.loss")));
  EXPECT_THAT(to_toml(c), Not(HasSubstr("backbone_rate_factor")));
  EXPECT_THAT(refusal_of("", {"stage_1.loss=cross_entropy", "grid.loss=cross_entropy"}),
              HasSubstr("this is the earlier name of grid.loss, which is given too"));
}

TEST(Toml, OneNameWillDoForAListOfNames) {
  EXPECT_THAT(least_with("", {"grid.learning=ncm"}).grid.learning, ElementsAre(LearningKind::ncm));
}

TEST(Toml, AKeyOfStage2MayFollowStage1) {
  EXPECT_EQ(least_with("").stage_2.weight_decay, std::nullopt);
  EXPECT_EQ(least_with("", {"stage_2.weight_decay=1"}).stage_2.weight_decay, 1.0);
  EXPECT_THAT(to_toml(least_with("")), HasSubstr("weight_decay = \"stage_1\""));
  EXPECT_THAT(
      refusal_of("", {"stage_2.weight_decay=stage_2"}),
      HasSubstr("the string \"stage_2\" is given; a number such as 0.1, or \"stage_1\", is expected"));
  EXPECT_THAT(refusal_of("", {"stage_2.weight_decay=-1"}), HasSubstr("weights would grow by themselves"));
}

TEST(Toml, FilesElsewhereAreNoDifferenceButNoFileIs) {
  const Configuration none = least_with("");
  const Configuration one = least_with("", {"model.pretrained=/scratch/a/w.safetensors"});
  const Configuration moved = least_with("", {"model.pretrained=/scratch/b/w.safetensors"});
  EXPECT_THAT(differing_keys(one, moved), IsEmpty());
  EXPECT_THAT(texts_of(differing_keys(none, one)),
              ElementsAre("model.pretrained: \"\" here, \"/scratch/a/w.safetensors\" there"));
  EXPECT_THAT(texts_of(differing_keys(least_with("", {"data.validation=v.h5"}), none)),
              ElementsAre("data.validation: \"v.h5\" here, \"\" there"));
}

TEST(Toml, PathsAreExpandedAtTheirHead) {
  setenv("LTR_TEST_SCRATCH", "/scratch/ada", 1);
  const std::string rest =
      "test = [\"$LTR_TEST_SCRATCH/a.h5\", \"b.h5\"]\nroot = \"${LTR_TEST_SCRATCH}/packs\"\n"
      "stage = \"$LTR_TEST_SCRATCH\"\nvalidation = \"$LTR_TEST_SCRATCH/v.h5\"\n"
      "[model]\npretrained = \"$LTR_TEST_SCRATCH/w.safetensors\"\n";
  const Configuration c =
      parse("format = 1\nrun.output = \"$LTR_TEST_SCRATCH/run.h5\"\n[data]\ntrain = \"train.h5\"\n" + rest);
  EXPECT_EQ(c.run.output, "/scratch/ada/run.h5");
  EXPECT_EQ(c.data.root, "/scratch/ada/packs");
  EXPECT_EQ(c.data.train, "train.h5");
  EXPECT_THAT(c.data.test.names, ElementsAre("/scratch/ada/a.h5", "b.h5"));
  EXPECT_EQ(c.data.validation, "/scratch/ada/v.h5");
  EXPECT_EQ(c.data.stage, "/scratch/ada");
  EXPECT_EQ(c.model.pretrained, "/scratch/ada/w.safetensors");
  EXPECT_EQ(least_with("", {"run.output=$LTR_TEST_SCRATCH/a.h5"}).run.output, "/scratch/ada/a.h5");
  EXPECT_EQ(least_with("", {"stage_1.weights=$LTR_TEST_SCRATCH/w", "grid.sampling=[\"square_root\"]"})
                .stage_1.weights,
            "/scratch/ada/w");
  // What a record keeps is where the files really were.
  EXPECT_THAT(to_toml(c), HasSubstr("output = \"/scratch/ada/run.h5\""));
}

TEST(Toml, VariablesThatAreNotSetAreNamedWithKeyAndPlace) {
  unsetenv("LTR_TEST_ABSENT");
  EXPECT_THAT(refusal_of("root = \"$LTR_TEST_ABSENT/packs\"\n"),
              AllOf(StartsWith("grid.toml:6:8: data.root: the path $LTR_TEST_ABSENT/packs"),
                    HasSubstr("has no LTR_TEST_ABSENT;")));
  EXPECT_THAT(refusal_of("", {"run.output=~nobody/a.h5"}), HasSubstr("begins with ~nobody;"));
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Toml, KeysOfManyStepsAreRefusedAtOnce) {
  const std::string deep = repeated("a.", 100'000) + "a";
  const std::string refused = "a key of more than 16 steps; no key has more than three";
  for (const std::string& line :
       {deep + " = 1\n", "[" + deep + "]\n", "[[" + deep + "]]\n", "x = { " + deep + " = 1 }\n"}) {
    EXPECT_THAT(refusal_of("\n" + line), StartsWith("grid.toml:7: " + refused));
  }
  for (const std::string& assignment : {deep + "=1", "x={" + deep + "=1}", "x=1\n" + deep + "=1"}) {
    const std::string message = refusal_of("", {assignment});
    EXPECT_THAT(message, AllOf(StartsWith("--set "), HasSubstr("...: " + refused)));
    EXPECT_LT(message.size(), 500U);
  }
}

TEST(Toml, DotsInStringsAndCommentsAreNoSteps) {
  const std::string dots = repeated(".", 50);
  EXPECT_EQ(least_with("root = \"" + dots + "\" # " + dots + "\nstage = '" + dots + "'\n").data.root, dots);
  const std::string three(3, '\'');
  EXPECT_EQ(
      least_with("root = \"\"\"\"" + dots + "\\\"\"\"\"\"\nstage = " + three + "'" + dots + three + "\n")
          .data.root,
      "\"" + dots + "\"\"");
  EXPECT_EQ(least_with("root = \"\\\"" + dots + "\"\nstage = \"" + dots + "\"\n").data.root, "\"" + dots);
  EXPECT_EQ(least_with("", {"data.root=" + dots + "\"" + dots}).data.root, dots + "\"" + dots);
  EXPECT_THAT(refusal_of("a.b.c.d.e = 1\n"), HasSubstr("unknown key data.a;"));
}

TEST(Toml, LongListsNamesAndValuesAreRefusedInALine) {
  const std::string seeds = "[" + repeated("1, ", 200'000) + "]";
  EXPECT_THAT(
      refusal("format = 1\nrun.seeds = " + seeds + "\n" + kLeastText.substr(11)),
      StartsWith(
          "grid.toml:2:13: run.seeds: a list of length 200000 is given; one of 1000 at most is expected"));
  for (const char* key : {"data.train", "grid.sampling", "grid.learning", "stage_1.step.milestones"}) {
    EXPECT_THAT(refusal_of("", {std::string(key) + "=" + seeds}),
                HasSubstr("a list of length 200000 is given"));
  }
  const std::string name = repeated("a", 500'000);
  for (const std::string& message :
       {refusal_of(name + " = 1\n"), refusal_of("[stage_1]\nepochs = \"" + name + "\"\n"),
        refusal_of("[stage_1]\nloss = \"" + name + "\"\n"), refusal_of("", {name + "=1"}),
        refusal_of("", {"run.seeds=[" + repeated("1, ", 999) + "]"})}) {
    EXPECT_NE(message, "accepted");
    EXPECT_LT(message.size(), 800U) << message;
  }
}

TEST(Toml, MessagesArePrintable) {
  const std::string message = refusal_of("\"a\\u001b[31m\\nb\" = 1\n[stage_1]\n");
  EXPECT_THAT(message, HasSubstr("unknown key data.a\\x1b[31m\\nb;"));
  EXPECT_THAT(refusal_of("[model]\nbackbone = \"re\\u001bs\\u202e\"\n"),
              HasSubstr("\"re\\x1bs\\u202e\" is no backbone"));
}

TEST(Toml, DifferingKeysSeeEveryField) {
  // 88 keys stand in configuration.hpp; all differ here but run.output, data.root, stage_1.weights, which
  // model.pretrained excludes, the authors' manners of drawing, which grid.replacement excludes,
  // parallel.share_gpus, which NCCL excludes, and input.scaled_decode, which the mode of fidelity excludes.
  EXPECT_EQ(differing_keys(Configuration{}, unusual_configuration()).size(), 79u);
}

TEST(Toml, SyntaxErrorsHaveTheirPlace) {
  EXPECT_THAT(refusal_of("[stage_1\n"), StartsWith("grid.toml:6:9: not TOML: "));
  EXPECT_THAT(refusal_of("[stage_1]\nepochs = \n"), StartsWith("grid.toml:7:10: not TOML: "));
  EXPECT_THAT(refusal_of("train = \"twice.h5\"\n"), StartsWith("grid.toml:6:"));
}

TEST(Toml, FormatIsRequired) {
  EXPECT_THAT(refusal("[data]\n"),
              AllOf(StartsWith("grid.toml: missing key format"), HasSubstr("format = 1")));
  EXPECT_THAT(refusal("format = 2\n"), AllOf(StartsWith("grid.toml:1:10: format: the integer 2 is given"),
                                             HasSubstr("format 1 only")));
  EXPECT_THAT(refusal("format = \"1\"\n"), HasSubstr("the string \"1\" is given"));
}

TEST(Toml, MissingTablesAndKeysAreNamed) {
  EXPECT_THAT(refusal("format = 1\nrun.output = \"a.h5\"\n"),
              AllOf(StartsWith("grid.toml: missing table [data]; "), HasSubstr("data.train")));
  EXPECT_THAT(refusal("format = 1\nrun.output = \"a.h5\"\n[data]\ntrain = \"t.h5\"\n"),
              StartsWith("grid.toml: missing key data.test; "));
  EXPECT_THAT(refusal("format = 1\n[data]\ntrain = \"t.h5\"\ntest = \"e.h5\"\n"),
              StartsWith("grid.toml: missing table [run]; "));
}

TEST(Toml, OverridesCanGiveWhatTheFileLeavesOut) {
  const Configuration c = parse("format = 1\n", {"run.output=a.h5", "data.train=t.h5", "data.test=e.h5"});
  EXPECT_EQ(c.data.train, "t.h5");
  EXPECT_THAT(parse("format = 1\n", {"run.output=a.h5", "data.train=[\"t.h5\", \"u.h5\"]", "data.test=e.h5"})
                  .data.train.names,
              ElementsAre("t.h5", "u.h5"));
  EXPECT_THAT(refusal("format = 1\n", {"run.output=a.h5", "data.train=t.h5"}),
              HasSubstr("missing key data.test"));
}

TEST(Toml, UnknownKeysComeWithPlaceAndNearestKey) {
  EXPECT_THAT(refusal_of("[stage_1]\n  epoch = 3\n"),
              AllOf(StartsWith("grid.toml:7:3: unknown key stage_1.epoch;"), HasSubstr("stage_1.epochs?")));
  EXPECT_THAT(refusal_of("[stage1]\nepochs = 3\n"),
              AllOf(StartsWith("grid.toml:6:2: unknown key stage1;"), HasSubstr("stage_1?")));
  EXPECT_THAT(refusal_of("[stage_2]\nmomentum = 0.9\n"), HasSubstr("did you mean stage_1.momentum?"));
  EXPECT_THAT(refusal_of("[stage_2]\nctr.epochs = 9\n"), HasSubstr("unknown key stage_2.ctr; "));
  EXPECT_THAT(refusal_of("shots = { many_abvoe = 9 }\n"),
              AllOf(StartsWith("grid.toml:6:11:"), HasSubstr("data.shots.many_above?")));
  EXPECT_THAT(refusal_of("\"shots.few_below\" = 9\n"), HasSubstr("unknown key data.\"shots.few_below\""));
  EXPECT_THAT(refusal_of("[zzzzzzzzzzzz]\n"),
              AllOf(HasSubstr("unknown key zzzzzzzzzzzz"), HasSubstr("remove it")));
}

TEST(Toml, WrongTypesSayWhatIsGivenAndWhatIsExpected) {
  EXPECT_THAT(refusal_of("[stage_1]\nepochs = \"many\"\n"),
              StartsWith("grid.toml:7:10: stage_1.epochs: the string \"many\" is given; an integer "));
  EXPECT_THAT(refusal_of("[stage_1]\nepochs = 1.5\n"), HasSubstr("the number 1.5 is given; an integer "));
  EXPECT_THAT(refusal_of("[stage_1]\nepochs = 99999999999\n"), HasSubstr("2147483647"));
  EXPECT_THAT(refusal_of("[stage_1]\nlearning_rate = true\n"), HasSubstr("true is given; a number"));
  EXPECT_THAT(refusal_of("[stage_1]\nlearning_rate = nan\n"), HasSubstr("a finite number"));
  EXPECT_THAT(refusal_of("[stage_1]\nlearning_rate = inf\n"), HasSubstr("a finite number"));
  EXPECT_THAT(refusal_of("[input]\nflip = 1\n"), HasSubstr("the integer 1 is given; true or false"));
  EXPECT_THAT(refusal_of("[input]\nmean = [0.5, 0.5]\n"),
              HasSubstr("a list of length 2 is given; a list of three numbers"));
  EXPECT_THAT(refusal_of("[input]\nmean = [0.5, 0.5, \"x\"]\n"),
              HasSubstr("the string \"x\" is given; a number"));
  EXPECT_THAT(refusal_of("root = 1979-05-27\n"), HasSubstr("the date or time 1979-05-27 is given; a text"));
  EXPECT_THAT(refusal_of("[grid]\nlearning = 5\n"),
              HasSubstr("the integer 5 is given; a list such as [\"joint\"]"));
  EXPECT_THAT(refusal_of("[grid]\nlearning = [1]\n"), HasSubstr("the integer 1 is given; a name in quotes"));
  EXPECT_THAT(refusal("format = 1\nrun.seeds = [0, -1]\n" + kLeastText.substr(11)),
              AllOf(StartsWith("grid.toml:2:13: run.seeds"),
                    HasSubstr("the integer -1 is given; an integer from 0")));
  EXPECT_THAT(refusal("stage_1 = 5\n" + kLeastText),
              StartsWith("grid.toml:1:1: stage_1: the integer 5 is given; a table is expected"));
  EXPECT_THAT(refusal_of("[stage_1.epochs]\nx = 1\n"),
              HasSubstr("stage_1.epochs: a table is given; an integer"));
  EXPECT_THAT(refusal_of("[[stage_1]]\nepochs = 1\n"),
              HasSubstr("a list of length 1 is given; a table is expected"));
}

TEST(Toml, WrongChoicesListTheRightOnes) {
  EXPECT_THAT(refusal_of("[grid]\nsampling = [\"class_balanced\", \"sqare_root\"]\n"),
              AllOf(StartsWith("grid.toml:7:12: grid.sampling: \"sqare_root\" is no sampling"),
                    HasSubstr("did you mean \"square_root\"?"),
                    HasSubstr("instance_balanced, class_balanced, square_root, progressively_balanced")));
}

TEST(Toml, LaterOverridesWin) {
  const Configuration c = least_with("[stage_1]\nepochs = 3\n", {"stage_1.epochs=4", " stage_1.epochs = 5 "});
  EXPECT_EQ(c.stage_1.epochs, 5);
}

TEST(Toml, OverridesReachNestedKeysAndWholeTables) {
  const Configuration c = least_with(
      "shots = { many_above = 50, few_below = 10 }\n",
      {"stage_2.crt.epochs=2", "data.shots.few_below=5", "stage_2.tau={from=0.5, to=1}", "run.seeds=[3, 1]"});
  EXPECT_EQ(c.stage_2.crt.epochs, 2);
  EXPECT_EQ(c.data.shots.many_above, 50);
  EXPECT_EQ(c.data.shots.few_below, 5);
  EXPECT_EQ(c.stage_2.tau.from, 0.5);
  EXPECT_EQ(c.stage_2.tau.step, 0.1);
  EXPECT_THAT(c.run.seeds, ElementsAre(3, 1));
}

TEST(Toml, BareWordsInOverridesAreStrings) {
  const Configuration c = least_with("", {"data.root=/my data/a#b", "model.backbone=resnet20",
                                          "data.validation=", "data.test=\"quoted.h5\""});
  EXPECT_EQ(c.data.root, "/my data/a#b");
  EXPECT_EQ(c.model.backbone, BackboneKind::resnet20);
  EXPECT_EQ(c.data.validation, "");
  EXPECT_EQ(c.data.test, "quoted.h5");
}

TEST(Toml, BadOverridesAreNamedAsThePlace) {
  EXPECT_THAT(refusal_of("", {"stage_1.epochs=x"}),
              StartsWith("--set stage_1.epochs=x: stage_1.epochs: the string \"x\" is given; an integer"));
  EXPECT_THAT(refusal_of("", {"stage_1.epochs=0"}),
              StartsWith("--set stage_1.epochs=0: stage_1.epochs = 0: "));
  EXPECT_THAT(
      refusal_of("", {"stage_1.epoch=3"}),
      AllOf(StartsWith("--set stage_1.epoch=3: unknown key stage_1.epoch"), HasSubstr("stage_1.epochs?")));
  EXPECT_THAT(refusal_of("", {"stage2.learning_rate=3"}), HasSubstr("did you mean stage_2.learning_rate?"));
  EXPECT_THAT(refusal_of("", {"stage_2.tau={form=3}"}), HasSubstr("unknown key stage_2.tau.form"));
  EXPECT_THAT(refusal_of("", {"stage_1.epochs"}), HasSubstr("write --set table.key=value"));
  EXPECT_THAT(refusal_of("", {"=3"}), HasSubstr("write --set table.key=value"));
  EXPECT_THAT(refusal_of("", {"stage_1=3"}), HasSubstr("a table is expected"));
  EXPECT_THAT(refusal_of("", {"grid.learning=[joint]"}), AllOf(HasSubstr("not TOML"), HasSubstr("quotes")));
  EXPECT_THAT(refusal_of("", {"stage_1.epochs=3\nmore=4"}), HasSubstr("an integer such as"));
}

std::string refusal_of_file(const std::filesystem::path& path) {
  return test::message_of<base::ConfigError>([&] { return read_configuration(path); });
}

TEST(Toml, FilesAreReadAndNamed) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "ltr_config_toml_test";
  std::filesystem::create_directories(folder);
  const std::filesystem::path file = folder / "a grid.toml";
  std::ofstream(file, std::ios::binary) << "\xEF\xBB\xBF" << "format = 1\r\nrun.output = \"o.h5\"\r\n"
                                        << "[data]\r\ntrain = \"t.h5\"\r\ntest = 3\r\n";
  EXPECT_THAT(refusal_of_file(file), StartsWith(file.string() + ":5:8: data.test: the integer 3"));
  EXPECT_EQ(read_configuration(file, std::vector<std::string>{"data.test=e.h5"}).data.test, "e.h5");
  std::ofstream(file, std::ios::trunc).close();
  EXPECT_THAT(refusal_of_file(file), HasSubstr("cannot be read"));
  EXPECT_THAT(refusal_of_file(folder), HasSubstr("cannot be read"));
  EXPECT_THAT(refusal_of_file(folder / "absent.toml"),
              AllOf(HasSubstr("absent.toml"), HasSubstr("cannot be read")));
  std::filesystem::remove_all(folder);
}

TEST(Toml, WhatIsNoFileOfABearableSizeIsRefusedAtOnce) {
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / ("ltr_config_" + std::to_string(getpid()) + ".toml");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(refusal_of_file(path), HasSubstr("no regular file"));
  EXPECT_THAT(refusal_of_file("/dev/zero"), StartsWith("/dev/zero: the configuration cannot be read"));
  std::filesystem::remove(path);
  std::ofstream(path) << "format = 1\n";
  std::filesystem::resize_file(path, std::uintmax_t{1} << 40);
  EXPECT_THAT(refusal_of_file(path), HasSubstr("up to 1.0 MiB"));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace ltr::config
