// SPDX-License-Identifier: Apache-2.0
#include "grid/inputs.hpp"

#include <algorithm>
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "data/pack_writer.hpp"
#include "data/temporary_folder.hpp"
#include "image/decode.hpp"
#include "model/classifier.hpp"
#include "model/safetensors.hpp"
#include "model/state.hpp"

namespace ltr::grid {
namespace {

using data::message_of;
using testing::AllOf;
using testing::HasSubstr;

/// A pack of tiny images whose table says that they are of 13,000 x 13,000 pixels, more together than half of
/// the machine's memory.
std::filesystem::path write_large_looking_pack(const data::TemporaryFolder& folder) {
  constexpr std::int64_t kImageBytes = std::int64_t{13'000} * 13'000 * 3;
  const std::int64_t memory = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  const std::int64_t images = memory / 2 / kImageBytes + 2;
  data::PackContents contents;
  contents.name = "large";
  contents.class_names = {"x"};
  for (std::int64_t i = 0; i < images; ++i) contents.entries.push_back({base::ClassId(0), std::to_string(i)});
  base::Log log(base::Log::Voice::silent);
  const auto draw = [](const data::PackEntry&, std::vector<std::byte>& bytes) {
    bytes = image::encode_png({7, 7, std::vector<std::uint8_t>(7 * 7 * 3)});
  };
  data::write_pack(folder / "large.h5", contents, draw, {}, log);
  std::vector<std::byte> file = data::bytes_of(folder / "large.h5");
  const auto table = [images](std::int32_t side) {
    const std::vector<std::int32_t> sides(static_cast<std::size_t>(2 * images), side);
    const auto bytes = std::as_bytes(std::span(sides));
    return std::vector(bytes.begin(), bytes.end());
  };
  const std::vector<std::byte> before = table(7);
  const std::vector<std::byte> after = table(13'000);
  const auto at = std::search(file.begin(), file.end(), before.begin(), before.end());
  EXPECT_NE(at, file.end());
  std::copy(after.begin(), after.end(), at);
  return folder.write("large.h5", file);
}

TEST(Inputs, ASetThatDoesNotFitDecodedIsRefusedBeforeAnythingStarts) {
  const data::TemporaryFolder folder;
  write_large_looking_pack(folder);
  config::Configuration configuration;
  configuration.data.root = folder.path().string();
  configuration.data.train = configuration.data.test = "large.h5";
  configuration.stage_1.global_batch = 1;
  EXPECT_NO_THROW(static_cast<void>(open_inputs(configuration)));
  configuration.loader.cache = config::LoaderCache::decoded;
  EXPECT_THAT(message_of<base::ConfigError>([&] { static_cast<void>(open_inputs(configuration)); }),
              AllOf(HasSubstr("loader.cache"), HasSubstr("large.h5"), HasSubstr("leave the key out")));
}

/// A pack of one class of four images, and a configuration that trains resnet10 on it in micro-batches of
/// one.
config::Configuration one_image_a_micro_batch(const data::TemporaryFolder& folder) {
  data::PackContents contents;
  contents.name = "small";
  contents.class_names = {"x"};
  for (int i = 0; i < 4; ++i) contents.entries.push_back({base::ClassId(0), std::to_string(i)});
  base::Log log(base::Log::Voice::silent);
  const auto draw = [](const data::PackEntry&, std::vector<std::byte>& bytes) {
    bytes = image::encode_png({7, 7, std::vector<std::uint8_t>(7 * 7 * 3)});
  };
  data::write_pack(folder / "small.h5", contents, draw, {}, log);
  config::Configuration configuration;
  configuration.data.root = folder.path().string();
  configuration.data.train = configuration.data.test = "small.h5";
  configuration.model.backbone = config::BackboneKind::resnet10;
  configuration.input.size = 32;
  configuration.stage_1.global_batch = configuration.stage_1.micro_batches = 4;
  return configuration;
}

std::string refusal(const config::Configuration& configuration) {
  return message_of<base::ConfigError>([&] { static_cast<void>(open_inputs(configuration)); });
}

TEST(Inputs, AMicroBatchThatLeavesBatchNormOneValueIsRefused) {
  const data::TemporaryFolder folder;
  config::Configuration c = one_image_a_micro_batch(folder);
  EXPECT_THAT(refusal(c),
              AllOf(HasSubstr("stage_1.micro_batches = 4 with stage_1.global_batch = 4 and input.size = 32"),
                    HasSubstr("more than one value a channel"), HasSubstr("an input.size of 33 at least")));
  c.input.size = 33;
  EXPECT_EQ(refusal(c), "");
  c.input.size = 32;
  c.stage_1.micro_batches = 2;
  EXPECT_EQ(refusal(c), "");
  c.stage_1.micro_batches = 4;
  c.model.backbone = config::BackboneKind::resnet20;
  EXPECT_EQ(refusal(c), "");
  c.input.size = 4;
  EXPECT_THAT(refusal(c), HasSubstr("an input.size of 5 at least"));
}

TEST(Inputs, AFrozenBackboneTakesAnyMicroBatchUnlessItsStatisticsMove) {
  const data::TemporaryFolder folder;
  config::Configuration c = one_image_a_micro_batch(folder);
  c.stage_1.weights = folder / "w.safetensors";
  model::write_safetensors(c.stage_1.weights, model::state(model::Network(c.model.backbone, 1)));
  EXPECT_EQ(refusal(c), "");
  c.fidelity.frozen_statistics_move = true;
  EXPECT_THAT(refusal(c), HasSubstr("BatchNorm needs more than one value"));
  c.fidelity.frozen_statistics_move = false;
  c.grid.learning = {config::LearningKind::finetune_last_block};
  EXPECT_THAT(refusal(c), HasSubstr("BatchNorm needs more than one value"));
}

TEST(Inputs, SayWhatBecameOfTheWeightsFile) {
  const data::TemporaryFolder folder;
  config::Configuration c = one_image_a_micro_batch(folder);
  c.input.size = 33;
  c.model.pretrained = folder / "w.safetensors";
  const model::Network hundred(c.model.backbone, 100);
  model::NamedTensors tensors;
  for (const auto& [name, tensor] : model::state(hundred)) tensors.emplace_back("module." + name, tensor);
  model::write_safetensors(c.model.pretrained, tensors);
  EXPECT_THAT(open_inputs(c).weights_notices,
              testing::ElementsAre(
                  AllOf(testing::StartsWith("model.pretrained: "), HasSubstr("names begin with module.")),
                  HasSubstr("the classifier is made anew for 1 classes")));
}

}  // namespace
}  // namespace ltr::grid
