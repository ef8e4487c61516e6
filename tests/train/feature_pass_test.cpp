// SPDX-License-Identifier: Apache-2.0
#include "train/feature_pass.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "store/seal.hpp"
#include "train/determinism.hpp"
#include "train/tiny_packs.hpp"

namespace ltr::train {
namespace {

using test::kClasses;
using test::kFeatures;
using test::loader_options;
using test::same_bits;
using test::world;

class FeaturePass : public test::WithPacks {
 protected:
  void SetUp() override { make_deterministic(1); }
  static EvaluationSet features(const comm::Group& group, const data::Pack& pack) {
    test::TinyNetwork network;
    EvaluationSet images(group, pack, {.loader = loader_options()});
    return features_of(images, *network.backbone);
  }
  static ClassSums sums(const comm::Group& group) {
    EvaluationSet set = features(group, *packs->train);
    return class_sums(set, kFeatures, [](const torch::Tensor& x) { return x; });
  }
};

TEST_F(FeaturePass, KeepsTheFeaturesOfAllImagesInTheSameBits) {
  std::vector<torch::Tensor> whole;
  features(comm::Group::alone(), *packs->validation).visit([&](const torch::Tensor& x, const torch::Tensor&) {
    whole.push_back(x);
  });
  EvaluationSet shared = features(world(), *packs->validation);
  std::vector<torch::Tensor> own;
  shared.visit([&](const torch::Tensor& x, const torch::Tensor&) { own.push_back(x); });
  const auto all = static_cast<std::int64_t>(whole.size());
  const std::int64_t first = all * world().rank() / world().size();
  ASSERT_EQ(static_cast<std::int64_t>(own.size()), all * (world().rank() + 1) / world().size() - first);
  for (std::size_t i = 0; i < own.size(); ++i) {
    EXPECT_TRUE(same_bits(own[i], whole[static_cast<std::size_t>(first) + i]));
  }
}

/// The inputs of a set's own batches, in one tensor.
torch::Tensor inputs_of(EvaluationSet& set) {
  std::vector<torch::Tensor> inputs{torch::empty({0, kFeatures})};
  set.visit([&](const torch::Tensor& x, const torch::Tensor&) { inputs.push_back(x); });
  return torch::cat(inputs);
}

Scratch scratch(const std::filesystem::path& file) { return {file, {}, {}}; }

torch::Tensor labels_of(EvaluationSet& set) {
  std::vector<torch::Tensor> labels{torch::empty({0}, torch::kInt64)};
  set.visit([&](const torch::Tensor&, const torch::Tensor& y) { labels.push_back(y); });
  return torch::cat(labels);
}

TEST_F(FeaturePass, ReadsWhatAnyNumberOfRanksLeftInTheFile) {
  const std::filesystem::path file = *folder / "validation.features";
  EvaluationSet images(world(), *packs->validation, {.loader = loader_options()});
  EvaluationSet computed = features_of(images, *test::TinyNetwork(1).backbone, scratch(file));
  EXPECT_EQ(std::filesystem::file_size(file), 140 * kFeatures * sizeof(float) + store::kSealBytes);
  // Another backbone tells whether it has run.
  EvaluationSet again(world(), *packs->validation, {.loader = loader_options()});
  EvaluationSet read = features_of(again, *test::TinyNetwork(2).backbone, scratch(file));
  EXPECT_TRUE(same_bits(inputs_of(read), inputs_of(computed)));
  EXPECT_TRUE(same_bits(labels_of(read), labels_of(computed)));
  EvaluationSet alone(comm::Group::alone(), *packs->validation, {.loader = loader_options()});
  EvaluationSet whole = features_of(alone, *test::TinyNetwork(2).backbone, scratch(file));
  EvaluationSet expected = features(comm::Group::alone(), *packs->validation);
  EXPECT_TRUE(same_bits(inputs_of(whole), inputs_of(expected)));
  world().barrier();
}

TEST_F(FeaturePass, ComputesAgainWhereTheFileIsCutOff) {
  const std::filesystem::path file = *folder / "cut.features";
  if (world().rank() == 0) std::ofstream(file) << "too short";
  world().barrier();
  EvaluationSet images(world(), *packs->validation, {.loader = loader_options()});
  EvaluationSet computed = features_of(images, *test::TinyNetwork(1).backbone, scratch(file));
  EXPECT_EQ(std::filesystem::file_size(file), 140 * kFeatures * sizeof(float) + store::kSealBytes);
  EvaluationSet expected = features(world(), *packs->validation);
  EXPECT_TRUE(same_bits(inputs_of(computed), inputs_of(expected)));
  world().barrier();
}

TEST_F(FeaturePass, ASoundFileOfOtherImagesIsComputedAgain) {
  const std::filesystem::path file = *folder / "other.features";
  const std::vector<std::byte> more(141 * kFeatures * sizeof(float));
  if (world().rank() == 0) store::write_sealed(file, more);
  world().barrier();
  EvaluationSet images(world(), *packs->validation, {.loader = loader_options()});
  EvaluationSet computed = features_of(images, *test::TinyNetwork(1).backbone, scratch(file));
  EvaluationSet expected = features(world(), *packs->validation);
  EXPECT_TRUE(same_bits(inputs_of(computed), inputs_of(expected)));
  world().barrier();
}

TEST_F(FeaturePass, OneChangedBitIsNamedAndTheFeaturesComputedAgain) {
  const std::filesystem::path file = *folder / "flipped.features";
  EvaluationSet images(world(), *packs->validation, {.loader = loader_options()});
  (void)features_of(images, *test::TinyNetwork(1).backbone, scratch(file));
  if (world().rank() == 0) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(1000);
    const auto flipped = static_cast<char>(bytes.get() ^ 1);
    bytes.seekp(1000);
    bytes.put(flipped);
  }
  world().barrier();
  EvaluationSet expected = features(world(), *packs->validation);
  std::string named;
  EvaluationSet again(world(), *packs->validation, {.loader = loader_options()});
  EvaluationSet computed = features_of(again, *test::TinyNetwork(1).backbone,
                                       {file, {}, [&](const std::string& text) { named = text; }});
  EXPECT_TRUE(same_bits(inputs_of(computed), inputs_of(expected)));
  if (world().rank() == 0) {
    EXPECT_NE(named.find("flipped.features is damaged"), named.npos) << named;
  }
  world().barrier();
}

TEST_F(FeaturePass, NamesAFileThatCannotBeWrittenOnAllRanks) {
  EvaluationSet images(world(), *packs->validation, {.loader = loader_options()});
  EXPECT_THROW(
      (void)features_of(images, *test::TinyNetwork(1).backbone, scratch(*folder / "absent/x.features")),
      base::SystemError);
}

TEST_F(FeaturePass, SumsClassesToTheSameBitsForAnyNumberOfRanks) {
  const ClassSums shared = sums(world());
  const ClassSums alone = sums(comm::Group::alone());
  EXPECT_EQ(shared.images(), (std::vector<std::int64_t>{40, 24, 14, 6}));
  EXPECT_TRUE(same_bits(shared.class_means(), alone.class_means()));
  EXPECT_TRUE(same_bits(shared.mean(), alone.mean()));
}

TEST_F(FeaturePass, HasTheMeansOfDoubleArithmetic) {
  EvaluationSet set = features(comm::Group::alone(), *packs->train);
  std::vector<torch::Tensor> inputs;
  set.visit([&](const torch::Tensor& x, const torch::Tensor&) { inputs.push_back(x.to(torch::kFloat64)); });
  const torch::Tensor all = torch::cat(inputs);
  const ClassSums actual = sums(world());
  EXPECT_GT(all.abs().max().item<double>(), 1e-3);
  EXPECT_TRUE(torch::allclose(actual.mean().to(torch::kFloat64), all.mean(0), 1e-6, 1e-7));
  EXPECT_TRUE(
      torch::allclose(actual.class_means()[0].to(torch::kFloat64), all.narrow(0, 0, 40).mean(0), 1e-6, 1e-7));
  EXPECT_TRUE(
      torch::allclose(actual.class_means()[3].to(torch::kFloat64), all.narrow(0, 78, 6).mean(0), 1e-6, 1e-7));
}

TEST_F(FeaturePass, GivesAClassWithoutImagesAZeroMean) {
  ClassSums sums(2, 1);
  sums.add(torch::tensor({{1.5F}}), torch::tensor({std::int64_t{1}}));
  sums.sum(comm::Group::alone());
  EXPECT_EQ(sums.class_means()[0].item<float>(), 0);
  EXPECT_EQ(sums.class_means()[1].item<float>(), 1.5F);
}

TEST_F(FeaturePass, RefusesFeaturesThatCannotBeSummedExactly) {
  for (const float value : {std::nanf(""), INFINITY, 40000.F}) {
    ClassSums sums(1, 1);
    sums.add(torch::tensor({{value}}), torch::zeros({1}, torch::kInt64));
    EXPECT_THROW(sums.sum(comm::Group::alone()), base::SystemError);
  }
}

}  // namespace
}  // namespace ltr::train
