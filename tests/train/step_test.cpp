// SPDX-License-Identifier: Apache-2.0
#include "train/step.hpp"

#include <array>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "comm/tree_sum.hpp"
#include "message_of.hpp"
#include "mpi_main.hpp"
#include "train/determinism.hpp"
#include "train/tiny_network.hpp"

namespace ltr::train {
namespace {

using test::CrossEntropies;
using test::kClasses;
using test::kFeatures;
using test::random_batch;
using test::same_bits;
using test::sum_of_cross_entropies;
using test::TinyNetwork;
using test::world;
using testing::HasSubstr;

constexpr int kMicroBatches = 8;
constexpr std::int64_t kGlobalBatch = 32;

/// A network in a step of its own, shared by a group.
struct Stepper {
  explicit Stepper(const comm::Group& group_in, int micro_batches = kMicroBatches,
                   const StepOptions& options = {})
      : group(group_in),
        shape{kGlobalBatch / kMicroBatches * micro_batches, micro_batches, group_in.size()},
        parameters(*network),
        step(group, shape, {task()}, options) {
    make_deterministic(1);
    network->train();
  }

  StepTask task() {
    return {network, [this](const torch::Tensor& images) { return network->forward(images); },
            std::make_shared<CrossEntropies>(), &parameters};
  }
  MicroBatch batch(int number) const {
    const int first = sampling::first_micro_batch(shape, group.rank());
    return random_batch(static_cast<std::uint64_t>(first + number), shape.global_batch / shape.micro_batches);
  }
  StepResult run(const StepSignals& asks = {}) {
    int number = 0;
    return step.run([&] { return batch(number++); }, asks);
  }

  comm::Group group;
  sampling::BatchShape shape;
  std::shared_ptr<TinyNetwork> network = std::make_shared<TinyNetwork>();
  FlatParameters parameters;
  Step step;
};

TEST(Step, LeavesWhatIsFrozenAloneAndNormalisesItByItsRunningBuffers) {
  constexpr std::int64_t kImages = 4;
  auto network = std::make_shared<TinyNetwork>();
  TinyNetwork plain;
  for (torch::Tensor& frozen : network->backbone->conv->parameters()) frozen.set_requires_grad(false);
  for (torch::Tensor& frozen : network->backbone->norm->parameters()) frozen.set_requires_grad(false);
  network->backbone->norm->running_mean.fill_(0.5);
  plain.backbone->norm->running_mean.fill_(0.5);
  plain.eval();
  network->train();
  FlatParameters parameters(*network);
  Step step(comm::Group::alone(), {kImages, 1, 1},
            {{network, [&](const torch::Tensor& images) { return network->forward(images); },
              std::make_shared<CrossEntropies>(), &parameters}});
  const MicroBatch batch = random_batch(0, kImages);
  (void)step.run([&] { return batch; });
  (sum_of_cross_entropies(plain.forward(batch.inputs), batch.labels) / kImages).backward();

  EXPECT_TRUE((network->backbone->norm->running_mean == 0.5).all().item<bool>());
  EXPECT_EQ(network->backbone->norm->num_batches_tracked.item<std::int64_t>(), 0);
  EXPECT_FALSE(network->backbone->conv->weight.grad().defined());
  EXPECT_TRUE(torch::allclose(network->fc->weight.grad(), plain.fc->weight.grad(), 1e-5, 1e-7));
  EXPECT_TRUE(torch::allclose(network->backbone->wide->weight.grad(), plain.backbone->wide->weight.grad(),
                              1e-5, 1e-7));
}

TEST(Step, TrainsBatchNormOfWhatIsFrozenWhereItKeepsMoving) {
  constexpr std::int64_t kImages = 4;
  auto network = std::make_shared<TinyNetwork>();
  model::GhostBatchNorm2d& norm = *network->backbone->norm;
  for (torch::Tensor& frozen : norm.parameters()) frozen.set_requires_grad(false);
  norm.keep_moving();
  network->train();
  const std::string before =
      model::weights_digest(model::NamedTensors{{"weight", norm.weight}, {"bias", norm.bias}});
  FlatParameters parameters(*network);
  Step step(comm::Group::alone(), {kImages, 1, 1},
            {{network, [&](const torch::Tensor& images) { return network->forward(images); },
              std::make_shared<CrossEntropies>(), &parameters}});
  const MicroBatch batch = random_batch(0, kImages);
  const torch::Tensor seen = network->backbone->conv->forward(batch.inputs).detach();
  (void)step.run([&] { return batch; });
  EXPECT_TRUE(torch::allclose(norm.running_mean, 0.1 * seen.mean({0, 2, 3}), 1e-4, 1e-6));
  EXPECT_EQ(model::weights_digest(model::NamedTensors{{"weight", norm.weight}, {"bias", norm.bias}}), before);

  // Its gradient is that of batch statistics.
  TinyNetwork plain;
  plain.backbone->norm->bind_statistics(torch::zeros({8}), torch::zeros({8}));
  (sum_of_cross_entropies(plain.forward(batch.inputs), batch.labels) / kImages).backward();
  EXPECT_TRUE(torch::allclose(network->fc->weight.grad(), plain.fc->weight.grad(), 1e-5, 1e-7));
}

/// Mean over the pixels of what BatchNorm sees in micro-batch `number` of all. Shape: [8].
torch::Tensor seen_mean(TinyNetwork& network, int number) {
  const torch::NoGradGuard no_gradients;
  const MicroBatch batch = random_batch(static_cast<std::uint64_t>(number), kGlobalBatch / kMicroBatches);
  return network.backbone->conv->forward(batch.inputs).mean({0, 2, 3});
}

TEST(Step, RunningStatisticsFollowTheMeanOverMicroBatchesOrTheFirstAlone) {
  TinyNetwork plain;
  torch::Tensor mean = torch::zeros({8});
  for (int m = 0; m < kMicroBatches; ++m) mean += seen_mean(plain, m) / kMicroBatches;
  const torch::Tensor first = seen_mean(plain, 0);
  ASSERT_FALSE(torch::allclose(mean, first, 1e-2, 1e-4));
  for (const bool first_part : {false, true}) {
    StepOptions options;
    options.first_part_statistics = first_part;
    Stepper stepper(world(), kMicroBatches, options);
    stepper.run();
    EXPECT_TRUE(torch::allclose(stepper.network->backbone->norm->running_mean,
                                0.1 * (first_part ? first : mean), 1e-4, 1e-6));
  }
}

TEST(Step, MovesTheStatisticsOfATrunkToo) {
  auto shared = std::make_shared<TinyNetwork>();
  shared->train();
  auto head = std::make_shared<torch::nn::LinearImpl>(kFeatures, kClasses);
  test::fill(*head, 5);
  FlatParameters parameters(*head);
  const sampling::BatchShape shape{kGlobalBatch, kMicroBatches, world().size()};
  StepOptions options;
  options.frozen_backbone = shared->backbone;
  options.update_statistics = true;
  Step step(world(), shape,
            {{head, [&](const torch::Tensor& features) { return head->forward(features); },
              std::make_shared<CrossEntropies>(), &parameters}},
            options);
  int number = sampling::first_micro_batch(shape, world().rank());
  step.run([&] { return random_batch(static_cast<std::uint64_t>(number++), kGlobalBatch / kMicroBatches); });
  // The same statistics as where the backbone is trained itself.
  Stepper trained(world());
  trained.run();
  EXPECT_TRUE(same_bits(shared->backbone->norm->running_mean, trained.network->backbone->norm->running_mean));
  EXPECT_TRUE(same_bits(shared->backbone->norm->running_var, trained.network->backbone->norm->running_var));
}

TEST(Step, HasTheGradientAndStatisticsOfPlainAutograd) {
  Stepper stepper(comm::Group::alone(), 1);
  TinyNetwork plain;
  const torch::Tensor mean = torch::zeros({8});
  const torch::Tensor variance = torch::zeros({8});
  plain.backbone->norm->bind_statistics(mean, variance);
  const MicroBatch batch = random_batch(0, 4);
  const torch::Tensor loss = torch::nn::functional::cross_entropy(plain.forward(batch.inputs), batch.labels);
  loss.backward();

  const StepResult result = stepper.run();

  EXPECT_NEAR(result.loss_sums.at(0), 4 * loss.item<double>(), 1e-5);
  EXPECT_FALSE(result.asked.stop);
  const auto expected = plain.named_parameters();
  for (const auto& named : stepper.network->named_parameters()) {
    EXPECT_TRUE(torch::allclose(named.value().grad(), expected[named.key()].grad(), 1e-5, 1e-8))
        << named.key();
  }
  const model::GhostBatchNorm2d& norm = *stepper.network->backbone->norm;
  const torch::Tensor seen = plain.backbone->conv->forward(batch.inputs);
  EXPECT_TRUE(torch::allclose(norm.running_mean, 0.1 * seen.mean({0, 2, 3}), 1e-4, 1e-6));
  EXPECT_TRUE(
      torch::allclose(norm.running_var, 0.9 + 0.1 * seen.var({0, 2, 3}, /*unbiased=*/true), 1e-4, 1e-6));
  EXPECT_EQ(norm.num_batches_tracked.item<std::int64_t>(), 1);
}

TEST(Step, SumsMicroBatchesAsTheSerialTree) {
  Stepper stepper(world());
  stepper.run();

  TinyNetwork plain;
  plain.backbone->norm->bind_statistics(torch::zeros({8}), torch::zeros({8}));
  std::vector<torch::Tensor> parameters = plain.parameters();
  std::vector<std::vector<std::vector<float>>> leaves(parameters.size());
  for (int m = 0; m < kMicroBatches; ++m) {
    const MicroBatch batch = random_batch(static_cast<std::uint64_t>(m), kGlobalBatch / kMicroBatches);
    const torch::Tensor loss = sum_of_cross_entropies(plain.forward(batch.inputs), batch.labels);
    const std::vector<torch::Tensor> gradients =
        torch::autograd::grad({loss * (1.0 / kGlobalBatch)}, parameters);
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const torch::Tensor gradient = gradients[p].contiguous();
      leaves[p].emplace_back(gradient.data_ptr<float>(), gradient.data_ptr<float>() + gradient.numel());
    }
  }
  const auto actual = stepper.network->named_parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const std::vector<float> sum = comm::tree_sum(leaves[p]);
    const torch::Tensor gradient = actual[p].value().grad();
    EXPECT_EQ(std::memcmp(sum.data(), gradient.data_ptr(), gradient.nbytes()), 0) << actual[p].key();
  }
}

TEST(Step, GivesTheSameBitsHoweverManyRanksShareIt) {
  Stepper shared(world());
  Stepper alone(comm::Group::alone());
  Sgd shared_sgd({}, shared.parameters);
  Sgd alone_sgd({}, alone.parameters);
  for (int i = 0; i < 3; ++i) {
    const StepResult result = shared.run();
    EXPECT_EQ(result.loss_sums, alone.run().loss_sums);
    shared_sgd.step(shared.parameters.values(), shared.parameters.gradients(), 0.1);
    alone_sgd.step(alone.parameters.values(), alone.parameters.gradients(), 0.1);
  }
  EXPECT_EQ(model::weights_digest(model::state(*shared.network)),
            model::weights_digest(model::state(*alone.network)));
  EXPECT_NE(model::weights_digest(model::state(*shared.network)),
            model::weights_digest(model::state(TinyNetwork())));
}

TEST(Step, FastestIsEqualButForRoundingAndTakesAnyNumberOfMicroBatches) {
  const int micro_batches = 3 * world().size();
  StepOptions options;
  options.reduction = config::Reduction::fastest;
  Stepper shared(world(), micro_batches, options);
  Stepper alone(comm::Group::alone(), micro_batches, options);
  EXPECT_NEAR(shared.run().loss_sums.at(0), alone.run().loss_sums.at(0), 1e-3);
  EXPECT_TRUE(torch::allclose(shared.parameters.gradients(), alone.parameters.gradients(), 1e-4, 1e-7));
  EXPECT_TRUE(torch::allclose(shared.network->backbone->norm->running_var,
                              alone.network->backbone->norm->running_var, 1e-5, 0));
}

TEST(Step, TrainsNetworksSideBySideAsIfEachWereAlone) {
  Stepper alone(world());
  alone.run();
  auto first = std::make_shared<TinyNetwork>();
  auto second = std::make_shared<TinyNetwork>(2);
  FlatParameters first_parameters(*first);
  FlatParameters second_parameters(*second);
  const auto loss = std::make_shared<CrossEntropies>();
  Step step(world(), alone.shape,
            {{second, [&](const torch::Tensor& x) { return second->forward(x); }, loss, &second_parameters},
             {first, [&](const torch::Tensor& x) { return first->forward(x); }, loss, &first_parameters}});
  int number = 0;
  step.run([&] { return alone.batch(number++); });
  EXPECT_TRUE(same_bits(first_parameters.gradients(), alone.parameters.gradients()));
  EXPECT_FALSE(same_bits(second_parameters.gradients(), alone.parameters.gradients()));
}

/// Images of some classes count more than those of others.
class WeightedCrossEntropies : public CrossEntropies {
 public:
  explicit WeightedCrossEntropies(std::vector<float> weights) : weights_(torch::tensor(weights)) {}
  [[nodiscard]] torch::Tensor class_weights() const override { return weights_; }

 private:
  torch::Tensor weights_;
};

// Three images of which each is a micro-batch, or all are one; weights of the effective numbers of 500, 100,
// 20 and 5 images at 0.9999. Means of means would be 1.2393 for the first two images and the third by
// themselves.
TEST(Step, DividesAWeightedSumByTheWeightsOfTheWholeGlobalBatch) {
  const torch::Tensor logits =
      torch::tensor({{2.0F, 0.5F, -1.0F, 0.0F}, {1.0F, 1.5F, 0.5F, -0.5F}, {0.5F, 0.0F, -0.5F, 1.0F}});
  const torch::Tensor labels = torch::tensor({0, 2, 3}, torch::kInt64);
  const std::vector<float> weights{0.0312802F, 0.1533191F, 0.7635380F, 3.0518627F};
  const double sum = 0.0312802 + 0.7635380 + 3.0518627;
  std::vector<torch::Tensor> gradients;
  for (const int micro_batches : {1, 3}) {
    const auto identity = std::make_shared<torch::nn::LinearImpl>(4, 4);
    {
      const torch::NoGradGuard no_grad;
      identity->weight.copy_(torch::eye(4));
      identity->bias.zero_();
    }
    FlatParameters parameters(*identity);
    Step step(comm::Group::alone(), {3, micro_batches, 1},
              {{identity, [identity](const torch::Tensor& x) { return identity->forward(x); },
                std::make_shared<WeightedCrossEntropies>(weights), &parameters}},
              {.reduction = config::Reduction::fastest});
    std::int64_t at = 0;
    const std::int64_t images = 3 / micro_batches;
    const auto next = [&] {
      const MicroBatch batch{logits.slice(0, at, at + images), labels.slice(0, at, at + images)};
      at += images;
      return batch;
    };
    const StepResult result = step.run(next, {}, {}, std::array{sum});
    EXPECT_NEAR(result.loss_sums.at(0) / 3, 0.9741200, 1e-6) << micro_batches;
    gradients.push_back(identity->weight.grad().clone());
  }
  const torch::Tensor weight = torch::eye(4).requires_grad_();
  torch::nn::functional::cross_entropy(
      torch::mm(logits, weight.t()), labels,
      torch::nn::functional::CrossEntropyFuncOptions().weight(torch::tensor(weights)))
      .backward();
  for (const torch::Tensor& gradient : gradients) {
    EXPECT_TRUE(torch::allclose(gradient, weight.grad(), 1e-5, 1e-6));
  }
}

TEST(Step, OfAWeightedLossHasTheSameBitsOnAnyRanks) {
  const std::vector<float> weights{0.25F, 1, 2.5F, 7};
  std::vector<torch::Tensor> gradients;
  std::vector<double> losses;
  for (const comm::Group& group : {world(), comm::Group::alone()}) {
    Stepper plain(group);
    double sum = 0;  // of the weights of all images of the global batch
    for (int m = 0; m < kMicroBatches; ++m) {
      const MicroBatch batch = random_batch(static_cast<std::uint64_t>(m), kGlobalBatch / kMicroBatches);
      sum += torch::tensor(weights).index_select(0, batch.labels).sum().item<double>();
    }
    StepTask task = plain.task();
    task.loss = std::make_shared<WeightedCrossEntropies>(weights);
    Step step(group, plain.shape, {task});
    int number = 0;
    const StepResult result = step.run([&] { return plain.batch(number++); }, false, {}, std::array{sum});
    gradients.push_back(plain.parameters.gradients().clone());
    losses.push_back(result.loss_sums.at(0));
  }
  EXPECT_TRUE(same_bits(gradients[0], gradients[1]));
  EXPECT_EQ(losses[0], losses[1]);
}

TEST(Step, GivesAnUnusedParameterAZeroGradientAndGoesOn) {
  auto network = std::make_shared<TinyNetwork>();
  FlatParameters parameters(*network);
  const sampling::BatchShape shape{kGlobalBatch, kMicroBatches, world().size()};
  // The widest layers and the classifier see no loss: three buckets stay behind.
  Step step(
      world(), shape,
      {{network,
        [&](const torch::Tensor& images) {
          return network->backbone->norm->forward(network->backbone->conv->forward(images)).mean({2, 3});
        },
        std::make_shared<CrossEntropies>(), &parameters}});
  step.run([] { return random_batch(0, kGlobalBatch / kMicroBatches); });
  EXPECT_EQ(network->backbone->wide->weight.grad().abs().max().item<float>(), 0);
  EXPECT_GT(network->backbone->conv->weight.grad().abs().max().item<float>(), 0);
}

TEST(Step, TellsEveryRankWhatOneAsksFor) {
  Stepper stepper(world());
  const bool last = world().rank() == world().size() - 1;
  StepSignals asked = stepper.run({.stop = last}).asked;
  EXPECT_TRUE(asked.stop);
  EXPECT_FALSE(asked.checkpoint);
  asked = stepper.run({.checkpoint = last}).asked;
  EXPECT_FALSE(asked.stop);
  EXPECT_TRUE(asked.checkpoint);
  asked = stepper.run().asked;
  EXPECT_FALSE(asked.stop);
  EXPECT_FALSE(asked.checkpoint);
}

/// Runs a step that fails on the last rank only, and returns what this rank was told.
template <class Error>
std::string failure_of(Stepper& stepper, const std::function<MicroBatch()>& next) {
  return test::message_of<Error>([&] { stepper.step.run(next); });
}

TEST(Step, RaisesOnAllRanksWhatOneRanksLoaderThrew) {
  Stepper stepper(world());
  int number = 0;
  const auto next = [&] {
    if (world().rank() == world().size() - 1 && number == kMicroBatches / world().size() - 1) {
      throw base::DataError("image 17 is damaged");
    }
    return stepper.batch(number++);
  };
  EXPECT_THAT(failure_of<base::DataError>(stepper, next), HasSubstr("image 17 is damaged"));

  // The step is whole again afterwards.
  Stepper untouched(world());
  EXPECT_EQ(stepper.run().loss_sums, untouched.run().loss_sums);
  EXPECT_TRUE(same_bits(stepper.parameters.gradients(), untouched.parameters.gradients()));
}

TEST(Step, RaisesOnAllRanksWhatFailedAfterTheFirstBucketsWentOut) {
  Stepper stepper(world());
  int number = 0;
  const auto next = [&] {
    MicroBatch batch = stepper.batch(number++);
    if (world().rank() == world().size() - 1) {
      batch.inputs.requires_grad_(true);
      // The gradient of the pixels is the last of the backward pass.
      batch.inputs.register_hook([](const torch::Tensor& gradient) -> torch::Tensor {
        if (gradient.defined()) throw base::SystemError("no memory for the backward pass");
        return gradient;
      });
    }
    return batch;
  };
  EXPECT_THAT(failure_of<base::SystemError>(stepper, next), HasSubstr("no memory for the backward pass"));
}

TEST(Step, NamesTheMicroBatchesToTryWhereMemoryRunsOut) {
  for (const char* torchs : {"DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes",
                             "CUDA out of memory. Tried to allocate 2.00 GiB.\nGPU 0 has ..."}) {
    auto network = std::make_shared<TinyNetwork>();
    FlatParameters parameters(*network);
    Step step(world(), {kGlobalBatch, kMicroBatches, world().size()},
              {{network, [&](const torch::Tensor&) -> torch::Tensor { TORCH_CHECK(false, torchs); },
                std::make_shared<CrossEntropies>(), &parameters}});
    const auto next = [] { return random_batch(0, kGlobalBatch / kMicroBatches); };
    EXPECT_THAT(test::message_of<base::SystemError>([&] { step.run(next); }),
                HasSubstr("use stage_1.micro_batches = 16, of 2 images each instead of 4"));
  }
}

TEST(Step, RefusesGradientsThatStandElsewhere) {
  Stepper stepper(world());
  torch::Tensor& weight = stepper.network->fc->weight;
  weight.mutable_grad() = torch::zeros_like(weight);
  int number = 0;
  EXPECT_THAT(failure_of<base::SystemError>(stepper, [&] { return stepper.batch(number++); }),
              HasSubstr("elsewhere than into the vector"));
}

}  // namespace
}  // namespace ltr::train
