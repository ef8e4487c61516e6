// SPDX-License-Identifier: Apache-2.0
#include "train/flat_parameters.hpp"

#include <cstdint>
#include <stdexcept>

#include <gtest/gtest.h>

#include "model/state.hpp"
#include "train/tiny_network.hpp"

namespace ltr::train {
namespace {

using test::TinyNetwork;

TEST(FlatParameters, LeavesValuesAsTheyAre) {
  TinyNetwork network;
  const std::string before = model::weights_digest(model::state(network));
  const FlatParameters parameters(network);
  EXPECT_EQ(model::weights_digest(model::state(network)), before);
}

TEST(FlatParameters, SharesMemoryWithTheModule) {
  TinyNetwork network;
  const FlatParameters parameters(network);
  {
    const torch::NoGradGuard no_grad;
    parameters.values().mul_(2);
  }
  TinyNetwork other;
  EXPECT_TRUE(torch::equal(network.fc->weight, 2 * other.fc->weight));
  model::load_state(network, model::state(other), "the other network");
  EXPECT_TRUE(torch::equal(parameters.values().narrow(0, 0, test::kClasses), other.fc->bias));
}

TEST(FlatParameters, BeginsEachParameterOnABoundaryLastRegisteredFirst) {
  TinyNetwork network;
  FlatParameters parameters(network);
  const std::vector<torch::Tensor> registered = network.parameters();
  ASSERT_EQ(parameters.slots().size(), registered.size());
  const torch::Tensor gradients = torch::zeros({parameters.size()});
  parameters.bind_gradients(gradients);
  for (std::size_t i = 0; i < registered.size(); ++i) {
    const torch::Tensor& parameter = registered[registered.size() - 1 - i];
    const ParameterSlot& slot = parameters.slots()[i];
    EXPECT_EQ(parameter.data_ptr<float>(), parameters.values().data_ptr<float>() + slot.offset);
    EXPECT_EQ(parameter.grad().data_ptr<float>(), gradients.data_ptr<float>() + slot.offset);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(parameter.data_ptr()) % 64, 0U);
  }
}

TEST(FlatParameters, KeepChannelsLastWithoutChangingWhatTheModuleIs) {
  TinyNetwork network;
  TinyNetwork plain;
  plain.backbone->norm->bind_statistics(torch::zeros({8}), torch::zeros({8}));
  network.backbone->norm->bind_statistics(torch::zeros({8}), torch::zeros({8}));
  network.backbone->conv->weight.set_data(
      network.backbone->conv->weight.contiguous(torch::MemoryFormat::ChannelsLast));
  FlatParameters parameters(network);
  parameters.bind_gradients(torch::zeros({parameters.size()}));
  EXPECT_EQ(model::weights_digest(model::state(network)), model::weights_digest(model::state(plain)));
  const torch::Tensor& weight = network.backbone->conv->weight;
  EXPECT_TRUE(weight.is_contiguous(torch::MemoryFormat::ChannelsLast));
  EXPECT_FALSE(weight.is_contiguous());
  const void* const place = weight.grad().data_ptr();
  const train::MicroBatch batch = test::random_batch(0, 4);
  const auto backward = [&](TinyNetwork& of) {
    test::sum_of_cross_entropies(of.forward(batch.inputs), batch.labels).backward();
  };
  backward(network);
  backward(plain);
  EXPECT_EQ(weight.grad().data_ptr(), place);
  EXPECT_TRUE(torch::allclose(weight.grad(), plain.backbone->conv->weight.grad(), 1e-5, 1e-6));
}

TEST(FlatParameters, NeighboursThatAreChosenAreOneRange) {
  TinyNetwork network;
  const FlatParameters parameters(network);
  const std::vector<ParameterSlot>& slots = parameters.slots();
  const std::vector<FloatRange> all = parameters.ranges_of([](const ParameterSlot&) { return true; });
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].begin, 0);
  EXPECT_EQ(all[0].size, slots.back().offset + slots.back().size);
  const std::vector<FloatRange> classifier =
      parameters.ranges_of([](const ParameterSlot& slot) { return slot.name.starts_with("fc."); });
  ASSERT_EQ(classifier.size(), 1U);
  EXPECT_EQ(classifier[0].size, slots[1].offset + slots[1].size) << "bias and weight come first";
  const std::vector<FloatRange> others =
      parameters.ranges_of([](const ParameterSlot& slot) { return !slot.name.starts_with("fc."); });
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others[0].begin, slots[2].offset);
  EXPECT_EQ(others[0].begin + others[0].size, all[0].size);
  EXPECT_TRUE(parameters.ranges_of([](const ParameterSlot&) { return false; }).empty());
}

TEST(FlatParameters, HoldsOnlyWhatIsTrained) {
  TinyNetwork network;
  for (const torch::Tensor& parameter : network.backbone->parameters()) parameter.set_requires_grad(false);
  EXPECT_EQ(FlatParameters(network).slots().size(), 2U);
  network.fc->weight.set_requires_grad(false);
  network.fc->bias.set_requires_grad(false);
  EXPECT_THROW(FlatParameters{network}, std::logic_error);
}

}  // namespace
}  // namespace ltr::train
