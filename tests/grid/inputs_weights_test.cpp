// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <filesystem>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "data/pack_writer.hpp"
#include "data/temporary_folder.hpp"
#include "grid/inputs.hpp"
#include "image/decode.hpp"
#include "message_of.hpp"
#include "model/classifier.hpp"
#include "model/safetensors.hpp"
#include "model/state.hpp"

namespace ltr::grid {
namespace {

using test::message_of;
using testing::AllOf;
using testing::HasSubstr;

/// A pack of one class of four images of one grey level.
void write_small_pack(const std::filesystem::path& path, std::uint8_t level) {
  data::PackContents contents;
  contents.name = "small";
  contents.class_names = {"x"};
  for (int i = 0; i < 4; ++i) contents.entries.push_back({base::ClassId(0), std::to_string(i)});
  base::Log log(base::Log::Voice::silent);
  const auto draw = [level](const data::PackEntry&, std::vector<std::byte>& bytes) {
    bytes = image::encode_png({7, 7, std::vector<std::uint8_t>(7 * 7 * 3, level)});
  };
  data::write_pack(path, contents, draw, {}, log);
}

/// Two such packs, and a configuration that trains resnet10 on it in micro-batches of
/// one.
config::Configuration one_image_a_micro_batch(const data::TemporaryFolder& folder) {
  write_small_pack(folder / "train.h5", 10);
  write_small_pack(folder / "test.h5", 20);
  config::Configuration configuration;
  configuration.data.root = folder.path().string();
  configuration.data.train = "train.h5";
  configuration.data.test = "test.h5";
  configuration.model.backbone = config::BackboneKind::resnet10;
  configuration.input.size = 32;
  configuration.stage_1.global_batch = configuration.stage_1.micro_batches = 4;
  return configuration;
}

std::string refusal_of(const config::Configuration& configuration) {
  return message_of<base::ConfigError>([&] { static_cast<void>(open_inputs(configuration)); });
}

TEST(InputsWeights, AMicroBatchThatLeavesBatchNormOneValueIsRefused) {
  const data::TemporaryFolder folder;
  config::Configuration c = one_image_a_micro_batch(folder);
  EXPECT_THAT(refusal_of(c),
              AllOf(HasSubstr("stage_1.micro_batches = 4 with stage_1.global_batch = 4 and input.size = 32"),
                    HasSubstr("more than one value a channel"), HasSubstr("an input.size of 33 at least")));
  c.input.size = 33;
  EXPECT_EQ(refusal_of(c), "accepted");
  c.input.size = 32;
  c.stage_1.micro_batches = 2;
  EXPECT_EQ(refusal_of(c), "accepted");
  c.stage_1.micro_batches = 4;
  c.model.backbone = config::BackboneKind::resnet20;
  EXPECT_EQ(refusal_of(c), "accepted");
  c.input.size = 4;
  EXPECT_THAT(refusal_of(c), HasSubstr("an input.size of 5 at least"));
}

TEST(InputsWeights, AFrozenBackboneTakesAnyMicroBatchUnlessItsStatisticsMove) {
  const data::TemporaryFolder folder;
  config::Configuration c = one_image_a_micro_batch(folder);
  c.stage_1.weights = folder / "w.safetensors";
  model::write_safetensors(c.stage_1.weights, model::state(model::Network(c.model.backbone, 1)));
  EXPECT_EQ(refusal_of(c), "accepted");
  c.fidelity.frozen_statistics_move = true;
  EXPECT_THAT(refusal_of(c), HasSubstr("BatchNorm needs more than one value"));
  c.fidelity.frozen_statistics_move = false;
  c.grid.learning = {config::LearningKind::finetune_last_block};
  EXPECT_THAT(refusal_of(c), HasSubstr("BatchNorm needs more than one value"));
}

TEST(InputsWeights, SayWhatBecameOfTheWeightsFile) {
  const data::TemporaryFolder folder;
  config::Configuration c = one_image_a_micro_batch(folder);
  c.input.size = 33;
  c.model.pretrained = folder / "w.safetensors";
  const model::Network hundred(c.model.backbone, 100);
  model::NamedTensors tensors;
  for (const auto& [name, tensor] : model::state(hundred)) tensors.emplace_back("module." + name, tensor);
  model::write_safetensors(c.model.pretrained, tensors);
  EXPECT_THAT(open_inputs(c).notices,
              testing::ElementsAre(
                  AllOf(testing::StartsWith("model.pretrained: "), HasSubstr("names begin with module.")),
                  HasSubstr("the classifier is made anew for 1 classes")));
}

}  // namespace
}  // namespace ltr::grid
