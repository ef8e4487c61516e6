// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "message_of.hpp"
#include "model/safetensors.hpp"
#include "train/checkpoint_writer.hpp"

namespace ltr::train {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A file of this process alone.
class Checkpoint : public testing::Test {
 protected:
  ~Checkpoint() override { files.remove(); }
  const CheckpointFiles files{.newest = testing::TempDir() +
                                        base::format("/ltr_checkpoint_{}.safetensors", getpid())};
};

LoopState sample_state() {
  torch::manual_seed(11);
  TrainingState one;
  one.name = "crt";
  one.weights = {{"fc.weight", torch::randn({3, 2})}, {"norm.tracked", torch::tensor(std::int64_t{7})}};
  one.best = {{"fc.weight", torch::randn({3, 2})}};
  one.momentum = torch::randn({16});
  one.best_correct = 123;
  one.history.epochs = {{0, 1.0 / 3, 0.2, 45.6, 1e5, 0.1, 0.2, 0.5, 0.6, 0.7, 0.3, 0.4},
                        {1, 1e-300, 0.1, 50}};
  one.history.best_epoch = 1;
  one.history.class_weights = {0.1, 0.9};
  one.history.draws_made = {3, std::int64_t{1} << 40};
  one.history.draws_digest = "abc";
  one.epoch_loss_sum = 2.0 / 3;
  TrainingState other = one;
  other.name = "lws";
  other.best.clear();
  other.history = {};
  return {2,
          17,
          {1.5, 1.0 / 7, {0.1, 0.2, 0.3, 2.0 / 7}},
          {one, other},
          DeliveredImages{{5, std::int64_t{1} << 40, 5}, {1, 2}}};
}

void expect_equal(const model::NamedTensors& a, const model::NamedTensors& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) {
    const auto found = std::ranges::find(b, name, [](const auto& entry) { return entry.first; });
    ASSERT_NE(found, b.end()) << name;
    EXPECT_TRUE(torch::equal(tensor, found->second)) << name;
  }
}

TEST_F(Checkpoint, GivesBackEveryBitOfAState) {
  const LoopState written = sample_state();
  write_checkpoint(files, "seed 1", written);
  const std::optional<LoopState> read = read_checkpoint(files, "seed 1").state;
  ASSERT_TRUE(read);
  EXPECT_EQ(read->epoch, 2);
  EXPECT_EQ(read->step, 17);
  EXPECT_EQ(read->times.exchange_s, 1.0 / 7);
  EXPECT_EQ(read->times.loader.wait_s, 2.0 / 7);
  ASSERT_EQ(read->trainings.size(), 2U);
  EXPECT_EQ(read->trainings[1].name, "lws");
  EXPECT_TRUE(read->trainings[1].best.empty());
  EXPECT_TRUE(read->trainings[1].history.epochs.empty());
  EXPECT_EQ(read->trainings[1].history.best_epoch, -1);
  ASSERT_TRUE(read->delivered);
  EXPECT_EQ(read->delivered->positions, (std::vector<std::int64_t>{5, std::int64_t{1} << 40, 5}));
  EXPECT_EQ(read->delivered->of_class, (std::vector<std::int64_t>{1, 2}));

  const TrainingState& a = written.trainings[0];
  const TrainingState& b = read->trainings[0];
  expect_equal(a.weights, b.weights);
  expect_equal(a.best, b.best);
  EXPECT_TRUE(torch::equal(a.momentum, b.momentum));
  EXPECT_EQ(b.best_correct, 123);
  EXPECT_EQ(b.epoch_loss_sum, 2.0 / 3);
  EXPECT_EQ(b.history.best_epoch, 1);
  EXPECT_EQ(b.history.class_weights, a.history.class_weights);
  EXPECT_EQ(b.history.draws_made, a.history.draws_made);
  EXPECT_EQ(b.history.draws_digest, "abc");
  ASSERT_EQ(b.history.epochs.size(), 2U);
  EXPECT_EQ(b.history.epochs[0].train_loss, 1.0 / 3);
  EXPECT_EQ(b.history.epochs[0].resample_s, 0.7);
  EXPECT_EQ(b.history.epochs[0].evaluation_s, 0.4);
  EXPECT_EQ(b.history.epochs[1].epoch, 1);
  EXPECT_EQ(b.history.epochs[1].train_loss, 1e-300);
}

TEST_F(Checkpoint, IsNothingWhereThereIsNoFile) { EXPECT_FALSE(read_checkpoint(files, "seed 1").state); }

TEST_F(Checkpoint, OfAnotherTrainingIsRefusedWithBothNames) {
  write_checkpoint(files, "seed 1", sample_state());
  EXPECT_THAT(test::message_of<base::DataError>([&] { return read_checkpoint(files, "seed 2"); }),
              AllOf(HasSubstr(files.newest.string()), HasSubstr("(seed 1, not seed 2)"),
                    HasSubstr("remove the file")));
}

/// The newest file as a version that wrote `format` would have left it; empty: before files had one.
void write_as_format(const CheckpointFiles& files, const std::string& format) {
  model::Safetensors file = model::read_safetensors(files.newest);
  if (format.empty()) {
    file.metadata.erase("format");
    std::erase_if(file.tensors, [](const auto& entry) { return entry.first.starts_with("delivered/"); });
  } else {
    file.metadata["format"] = format;
  }
  model::write_safetensors(files.newest, file.tensors, file.metadata);
}

TEST_F(Checkpoint, OfFormat1HasNoDeliveredImages) {
  write_checkpoint(files, "seed 1", sample_state());
  write_as_format(files, "");
  const FoundCheckpoint found = read_checkpoint(files, "seed 1");
  EXPECT_THAT(found.damaged, testing::IsEmpty());
  EXPECT_EQ(found.state.value().step, 17);
  EXPECT_FALSE(found.state->delivered);
}

TEST_F(Checkpoint, OfALaterFormatIsRefusedAndStays) {
  write_checkpoint(files, "seed 1", sample_state());
  write_as_format(files, "3");
  EXPECT_THAT(test::message_of<base::SystemError>([&] { return read_checkpoint(files, "seed 1"); }),
              AllOf(HasSubstr("format 3"), HasSubstr("a later version wrote it")));
}

/// Flips one bit in the middle of a file.
void damage(const std::filesystem::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) - 40);
  file.seekg(middle);
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(middle);
  file.put(byte);
}

TEST_F(Checkpoint, ThatIsDamagedIsNamedAndTheOneBeforeTaken) {
  LoopState state = sample_state();
  for (const std::int64_t step : {17, 18, 19}) {
    state.step = step;
    write_checkpoint(files, "seed 1", state);
  }
  EXPECT_FALSE(std::filesystem::exists(files.older(2))) << "two are kept";
  EXPECT_EQ(read_checkpoint(files, "seed 1").state.value().step, 19);
  EXPECT_THAT(read_checkpoint(files, "seed 1").damaged, testing::IsEmpty());

  damage(files.newest);
  FoundCheckpoint found = read_checkpoint(files, "seed 1");
  EXPECT_EQ(found.state.value().step, 18);
  ASSERT_EQ(found.damaged.size(), 1U);
  EXPECT_EQ(found.damaged.front().file, files.newest);
  EXPECT_THAT(found.damaged.front().what, HasSubstr(files.newest.string()));
  EXPECT_THAT(found.damaged.front().what, HasSubstr("checksum"));

  std::filesystem::resize_file(files.newest, std::filesystem::file_size(files.newest) / 2);
  std::filesystem::resize_file(files.older(1), 0);
  found = read_checkpoint(files, "seed 1");
  EXPECT_FALSE(found.state);
  EXPECT_EQ(found.damaged.size(), 2U);
}

TEST_F(Checkpoint, WhoseWriterWasKilledBetweenTwoRenamesGivesTheOneBefore) {
  write_checkpoint(files, "seed 1", sample_state());
  std::filesystem::rename(files.newest, files.older(1));
  EXPECT_EQ(read_checkpoint(files, "seed 1").state.value().step, 17);
}

TEST_F(Checkpoint, InAFolderThatIsNotThereCannotBeWritten) {
  EXPECT_THROW(write_checkpoint({.newest = "/nonexistent/folder/c"}, "seed 1", sample_state()),
               base::SystemError);
}

TEST_F(Checkpoint, WrittenInTheBackgroundHoldsTheValuesOfItsMoment) {
  LoopState state = sample_state();
  const torch::Tensor before = state.trainings[0].weights[0].second.clone();
  CheckpointWriter writer(files, "seed 1");
  writer.begin(state);
  state.trainings[0].weights[0].second.fill_(0);
  state.step = 18;
  writer.write(state);
  EXPECT_EQ(read_checkpoint(files, "seed 1").state.value().step, 18);
  std::filesystem::rename(files.older(1), files.newest);
  const LoopState first = read_checkpoint(files, "seed 1").state.value();
  EXPECT_EQ(first.step, 17);
  EXPECT_TRUE(torch::equal(first.trainings[0].weights[0].second, before) ||
              torch::equal(first.trainings[0].weights[1].second, before));
}

TEST_F(Checkpoint, ThatCouldNotBeWrittenInTheBackgroundRaisesItsErrorOnce) {
  CheckpointWriter writer({.newest = "/nonexistent/folder/c"}, "seed 1");
  writer.begin(sample_state());
  EXPECT_THROW(writer.write(sample_state()), base::SystemError);
  EXPECT_NO_THROW(writer.raise_failure());
}

}  // namespace
}  // namespace ltr::train
