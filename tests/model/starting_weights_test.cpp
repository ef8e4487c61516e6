// SPDX-License-Identifier: Apache-2.0
#include "model/starting_weights.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "message_of.hpp"
#include "model/ghost_batch_norm.hpp"
#include "model/initialise.hpp"
#include "model/safetensors.hpp"
#include "model/state.hpp"
#include "own_folder.hpp"
#include "parity/formula.hpp"

namespace ltr::model {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class WeightsFile : public test::OwnFolder {
 protected:
  void SetUp() override {
    OwnFolder::SetUp();
    parity::fill(source_);
    initialise(target_, 1);
  }

  StartingWeights load(const NamedTensors& tensors) {
    write_safetensors(folder() / "weights.safetensors", tensors);
    return load_starting_weights(target_, folder() / "weights.safetensors");
  }
  /// The same of tensors of any type, which write_safetensors does not write.
  StartingWeights load_typed(const NamedTensors& tensors) {
    std::string entries;
    std::string data;
    for (const auto& [name, tensor] : tensors) {
      const std::map<torch::ScalarType, const char*> names{
          {torch::kFloat32, "F32"},   {torch::kFloat64, "F64"}, {torch::kFloat16, "F16"},
          {torch::kBFloat16, "BF16"}, {torch::kInt64, "I64"},   {torch::kInt32, "I32"},
          {torch::kInt16, "I16"},     {torch::kInt8, "I8"},     {torch::kUInt8, "U8"},
          {torch::kUInt16, "U16"},    {torch::kUInt32, "U32"},  {torch::kUInt64, "U64"}};
      std::string shape = base::format("{}", tensor.sizes().empty() ? "" : std::to_string(tensor.size(0)));
      for (std::int64_t i = 1; i < tensor.dim(); ++i) shape += ", " + std::to_string(tensor.size(i));
      entries += base::format("{}\"{}\": {{\"dtype\": \"{}\", \"shape\": [{}], \"data_offsets\": [{}, {}]}}",
                              entries.empty() ? "" : ", ", name, names.at(tensor.scalar_type()), shape,
                              data.size(), data.size() + tensor.nbytes());
      const torch::Tensor values = tensor.contiguous();
      data.append(static_cast<const char*>(values.const_data_ptr()), values.nbytes());
    }
    const std::string header = "{" + entries + "}";
    std::string length(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i));
    std::ofstream(folder() / "typed.safetensors", std::ios::binary) << length << header << data;
    return load_starting_weights(target_, folder() / "typed.safetensors");
  }
  std::string complaint(const NamedTensors& tensors) {
    return test::message_of<base::DataError>([&] { return load(tensors); });
  }
  static NamedTensors without(NamedTensors tensors, const std::string& part) {
    std::erase_if(tensors, [&](const auto& item) { return item.first.find(part) != std::string::npos; });
    return tensors;
  }

  Network source_{config::BackboneKind::resnet20, 10};
  Network target_{config::BackboneKind::resnet20, 10};
};

TEST_F(WeightsFile, OfTheSameClassesAreTakenWhole) {
  const StartingWeights taken = load(state(source_));
  EXPECT_TRUE(taken.classifier_taken);
  EXPECT_THAT(taken.notices, IsEmpty());
  EXPECT_EQ(weights_digest(state(target_)), weights_digest(state(source_)));
}

TEST_F(WeightsFile, WhoseClassifierDoesNotFitLeaveTheNetworksAlone) {
  const std::string classifier = weights_digest(state(*target_.classifier));
  const NamedTensors whole = state(source_);
  const auto with = [&](std::vector<std::int64_t> weight, std::int64_t bias) {
    NamedTensors tensors = without(whole, "fc.");
    tensors.emplace_back("fc.weight", torch::ones(weight));
    if (bias > 0) tensors.emplace_back("fc.bias", torch::ones({bias}));
    return tensors;
  };
  const std::pair<NamedTensors, std::string> files[] = {
      {state(*source_.backbone), "it has no classifier;"},
      {with({100, 64}, 100),
       "it has a classifier of another size, fc.weight of Float [100, 64] and fc.bias of Float [100];"},
      {with({64, 10}, 10), "it has a classifier of another size, fc.weight of Float [64, 10]"},
      {with({10, 64}, 0), "it has a classifier without bias, fc.weight of Float [10, 64];"},
      {without(whole, "fc.weight"), "it has a classifier's fc.bias and no fc.weight;"}};
  for (const auto& [tensors, notice] : files) {
    initialise(*target_.backbone, 2);
    const StartingWeights taken = load(tensors);
    EXPECT_FALSE(taken.classifier_taken) << notice;
    ASSERT_EQ(taken.notices.size(), 1U) << notice;
    EXPECT_THAT(taken.notices[0], AllOf(StartsWith(notice), HasSubstr("made anew for 10 classes")));
    EXPECT_EQ(weights_digest(state(*target_.classifier)), classifier) << notice;
    EXPECT_EQ(weights_digest(state(*target_.backbone)), weights_digest(state(*source_.backbone))) << notice;
  }
}

TEST_F(WeightsFile, OfAnOlderFileLackCounters) {
  EXPECT_TRUE(load(without(state(source_), "num_batches_tracked")).classifier_taken);
  EXPECT_EQ(target_.named_buffers()["backbone.bn1.num_batches_tracked"].item<std::int64_t>(), 0);
}

TEST_F(WeightsFile, ThatDoNotFitAreNamedAndChangeNothing) {
  const std::string before = weights_digest(state(target_));
  EXPECT_THAT(complaint(without(state(source_), "layer2.0.conv1")),
              HasSubstr("missing: layer2.0.conv1.weight;"));
  for (const char* name : {"layer4.0.conv1.weight", "layer1.0.conv3.weight", "bn2.weight"}) {
    NamedTensors more = state(source_);
    more.emplace_back(name, torch::zeros({1}));
    EXPECT_THAT(complaint(more), HasSubstr(base::format("no place for: {};", name)));
  }
  EXPECT_THAT(complaint({{"features.0.weight", torch::zeros({1})}}),
              AllOf(HasSubstr("called features.0.weight, and those of this backbone conv1.weight, "),
                    HasSubstr("torchvision's names")));
  EXPECT_THAT(complaint({}), HasSubstr("called nothing"));
  EXPECT_EQ(weights_digest(state(target_)), before);
}

NamedTensors below(const std::string& prefix, NamedTensors tensors) {
  for (auto& item : tensors) item.first.insert(0, prefix);
  return tensors;
}

TEST_F(WeightsFile, BelowAPrefixAreTakenWithoutIt) {
  for (const std::string prefix :
       {"module.", "backbone.", "_orig_mod.", "module.encoder_q.", "model.", "a.b.c."}) {
    initialise(target_, 3);
    const StartingWeights taken = load(below(prefix, state(source_)));
    EXPECT_TRUE(taken.classifier_taken) << prefix;
    EXPECT_THAT(taken.notices,
                ElementsAre(base::format("its names begin with {}, as in {}conv1.weight; they are taken "
                                         "without it",
                                         prefix, prefix)));
    EXPECT_EQ(weights_digest(state(target_)), weights_digest(state(source_))) << prefix;
  }
}

TEST_F(WeightsFile, BelowAPrefixThatDoNotFitAreRefusedAsTheyWouldBeWithoutIt) {
  EXPECT_THAT(complaint(below("module.", without(state(source_), "layer2.0.conv1"))),
              HasSubstr("missing: layer2.0.conv1.weight;"));
}

TEST_F(WeightsFile, BelowSeveralPrefixesAreRefusedUnlessOneIsPlain) {
  NamedTensors both = below("module.encoder_q.", state(source_));
  for (auto& item : below("module.encoder_k.", state(source_))) both.push_back(item);
  EXPECT_THAT(complaint(both), HasSubstr("names that begin with module.encoder_k., module.encoder_q.;"));

  NamedTensors plain = state(source_);
  for (auto& item : below("optimizer.", state(source_))) plain.push_back(item);
  plain.emplace_back("ema.step", torch::tensor(std::int64_t{7}));
  const StartingWeights taken = load(plain);
  EXPECT_TRUE(taken.classifier_taken);
  EXPECT_THAT(taken.notices, ElementsAre(AllOf(StartsWith("it holds tensors that are no part of the network"),
                                               HasSubstr("optimizer.bn1."), HasSubstr("(129 in all)"))));
  EXPECT_EQ(weights_digest(state(target_)), weights_digest(state(source_)));
}

TEST_F(WeightsFile, OfOtherFloatingPointTypesAreConverted) {
  const auto cast = [&](torch::ScalarType type) {
    NamedTensors tensors = state(source_);
    for (auto& [name, tensor] : tensors) {
      if (tensor.is_floating_point()) tensor = tensor.to(type);
    }
    return tensors;
  };
  const NamedTensors sources = state(source_);
  const std::pair<torch::ScalarType, std::string> types[] = {
      {torch::kFloat16, "Half"}, {torch::kBFloat16, "BFloat16"}, {torch::kFloat64, "Double"}};
  for (const auto& [type, name] : types) {
    const StartingWeights taken = load_typed(cast(type));
    EXPECT_TRUE(taken.classifier_taken);
    EXPECT_THAT(taken.notices,
                ElementsAre("its values are of the type " + name + ", and are converted to float32"));
    for (const auto& [own, tensor] : state(target_)) {
      const torch::Tensor given = std::ranges::find(sources, own, &NamedTensors::value_type::first)->second;
      EXPECT_TRUE(torch::equal(
          tensor, given.to(tensor.is_floating_point() ? type : torch::kInt64).to(tensor.dtype())))
          << own;
    }
  }
}

TEST_F(WeightsFile, TakeCountersOfAnyIntegerType) {
  for (const auto type : {torch::kInt32, torch::kInt16, torch::kInt8, torch::kUInt8, torch::kUInt16,
                          torch::kUInt32, torch::kUInt64, torch::kInt64}) {
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{}, std::vector<std::int64_t>{1}}) {
      NamedTensors tensors = state(source_);
      for (auto& [name, tensor] : tensors) {
        if (!tensor.is_floating_point()) tensor = torch::full(shape, 77, torch::kInt64).to(type);
      }
      EXPECT_TRUE(load_typed(tensors).classifier_taken);
      EXPECT_EQ(target_.named_buffers()["backbone.bn1.num_batches_tracked"].item<std::int64_t>(), 77);
    }
  }
}

TEST_F(WeightsFile, WithValuesOfNoUseAreRefusedWithTheirTensor) {
  const std::string before = weights_digest(state(target_));
  const auto with = [&](const std::string& name, double value, torch::ScalarType type) {
    NamedTensors tensors = state(source_);
    for (auto& item : tensors) {
      if (item.first != name) continue;
      item.second = item.second.to(type, /*non_blocking=*/false, /*copy=*/true);
      item.second.view({-1})[0] = value;
    }
    return tensors;
  };
  const auto typed_complaint = [&](const NamedTensors& tensors) {
    return test::message_of<base::DataError>([&] { return load_typed(tensors); });
  };
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(typed_complaint(with("layer1.0.conv1.weight", std::nan(""), torch::kFloat32)),
              HasSubstr("tensor layer1.0.conv1.weight holds NaN or infinite values;"));
  EXPECT_THAT(typed_complaint(with("fc.bias", -infinity, torch::kFloat16)),
              HasSubstr("tensor fc.bias holds NaN or"));
  EXPECT_THAT(typed_complaint(with("bn1.weight", 1e300, torch::kFloat64)),
              HasSubstr("tensor bn1.weight holds values beyond the range of float32;"));
  EXPECT_THAT(typed_complaint(with("bn1.running_var", -1, torch::kFloat32)),
              HasSubstr("tensor bn1.running_var holds variances below 0;"));
  EXPECT_EQ(weights_digest(state(target_)), before);
}

TEST_F(WeightsFile, WithoutRunningStatisticsAreRefused) {
  EXPECT_THAT(complaint(without(state(source_), "running_")),
              AllOf(HasSubstr("running statistics are missing: bn1.running_mean, bn1.running_var, "),
                    HasSubstr("state_dict()")));
}

TEST_F(WeightsFile, OfZerosAreWarnedOf) {
  NamedTensors zeros = state(source_);
  for (auto& item : zeros) item.second = torch::zeros_like(item.second);
  EXPECT_THAT(load(zeros).notices, ElementsAre(StartsWith("WARNING: all its convolutions are zero")));
}

TEST_F(WeightsFile, OfAFileThatWouldFillTheMemoryAreRefusedUnread) {
  std::ofstream(folder() / "huge.safetensors") << "x";
  std::filesystem::resize_file(folder() / "huge.safetensors", std::uintmax_t{40} << 30);
  EXPECT_THAT(test::message_of<base::DataError>(
                  [&] { return load_starting_weights(target_, folder() / "huge.safetensors"); }),
              HasSubstr("it has 40.0 GiB"));
}

TEST(FrozenBackbone, TrainsItsLastBlockAloneAndLeavesTheOthersBatchNormsInEvaluationMode) {
  Network network(config::BackboneKind::resnet20, 10);
  freeze_all_but_last_block(*network.backbone);
  network.train();
  for (const auto& item : network.named_parameters()) {
    const bool trained =
        item.key().starts_with("backbone.layer3.2.") || item.key().starts_with("classifier.");
    EXPECT_EQ(item.value().requires_grad(), trained) << item.key();
  }
  for (const auto& item : network.named_modules(/*name_prefix=*/"", /*include_self=*/false)) {
    const auto* norm = item.value()->as<GhostBatchNorm2d>();
    if (norm == nullptr) continue;
    EXPECT_EQ(norm->is_training(), item.key().starts_with("backbone.layer3.2.")) << item.key();
  }
  network.eval();
  for (const auto& norm : ghost_batch_norms(network)) EXPECT_FALSE(norm->is_training());
}

}  // namespace
}  // namespace ltr::model
