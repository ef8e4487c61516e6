// SPDX-License-Identifier: Apache-2.0
// A network small enough for eight ranks on two cores, and larger than two gradient buckets.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include <torch/torch.h>

#include "base/random.hpp"
#include "model/backbone.hpp"
#include "model/ghost_batch_norm.hpp"
#include "train/flat_parameters.hpp"
#include "train/loss.hpp"
#include "train/micro_batch.hpp"
#include "train/training_spec.hpp"

namespace ltr::test {

inline constexpr int kImageSize = 16;
inline constexpr std::int64_t kFeatures = 24;
inline constexpr std::int64_t kClasses = 4;

/// Cross-entropy in torch's own operator.
class CrossEntropies : public train::Loss {
 public:
  torch::Tensor values(const torch::Tensor& logits, const torch::Tensor& labels) override {
    return torch::nn::functional::cross_entropy(
        logits, labels, torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kNone));
  }
};

/// Their sum in torch's own operator.
inline torch::Tensor sum_of_cross_entropies(const torch::Tensor& logits, const torch::Tensor& labels) {
  return torch::nn::functional::cross_entropy(
      logits, labels, torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum));
}

inline bool same_bits(const torch::Tensor& a, const torch::Tensor& b) {
  return a.sizes() == b.sizes() && std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0;
}

/// Values from the suite's own counters, the same on every rank: He's for weights, near 0.1 for vectors.
inline void fill(torch::nn::Module& module, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  std::uint64_t index = 0;
  for (torch::Tensor& parameter : module.parameters()) {
    base::CounterRandom random(seed, base::Stream::test, index++);
    const bool is_weight = parameter.dim() > 1;
    const double spread = is_weight ? std::sqrt(6.0 / static_cast<double>(parameter[0].numel())) : 0.05;
    float* value = parameter.data_ptr<float>();
    for (std::int64_t i = 0; i < parameter.numel(); ++i) {
      value[i] = static_cast<float>((is_weight ? 0 : 0.1) + random.uniform(-spread, spread));
    }
  }
}

/// Convolution, BatchNorm and two wide layers: 336,000 and 660,000 parameters, buckets hold 262,144.
class TinyBackbone : public model::Backbone {
 public:
  TinyBackbone() {
    conv = register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 8, 3).stride(2).padding(1)));
    norm = register_module("norm", std::make_shared<model::GhostBatchNorm2d>(8));
    wide = register_module("wide", torch::nn::Linear(512, 600));
    wider = register_module("wider", torch::nn::Linear(600, 500));
    last = register_module("last", torch::nn::Linear(500, kFeatures));
  }
  [[nodiscard]] std::int64_t features() const override { return kFeatures; }
  [[nodiscard]] std::int64_t last_side(std::int64_t side) const override { return (side + 1) / 2; }
  [[nodiscard]] torch::nn::Module& last_block() const override { return *last.ptr(); }

  torch::nn::Conv2d conv{nullptr};
  std::shared_ptr<model::GhostBatchNorm2d> norm;
  torch::nn::Linear wide{nullptr}, wider{nullptr}, last{nullptr};

 private:
  torch::Tensor features_of(torch::Tensor images) override {
    const torch::Tensor seen = torch::relu(norm->forward(conv->forward(images))).flatten(1);
    return torch::relu(last->forward(torch::relu(wider->forward(torch::relu(wide->forward(seen))))));
  }
};

class TinyNetwork : public torch::nn::Module {
 public:
  explicit TinyNetwork(std::uint64_t seed = 1) {
    backbone = register_module("backbone", std::make_shared<TinyBackbone>());
    fc = register_module("fc", torch::nn::Linear(kFeatures, kClasses));
    fill(*this, seed);
  }
  torch::Tensor forward(const torch::Tensor& images) { return fc->forward(backbone->forward(images)); }

  std::shared_ptr<TinyBackbone> backbone;
  torch::nn::Linear fc{nullptr};
};

/// `images` images and labels of batch number `index`.
inline train::MicroBatch random_batch(std::uint64_t index, std::int64_t images) {
  train::MicroBatch batch{torch::empty({images, 3, kImageSize, kImageSize}),
                          torch::empty({images}, torch::kInt64)};
  base::CounterRandom random(7, base::Stream::test, index);
  for (std::int64_t i = 0; i < batch.inputs.numel(); ++i) {
    batch.inputs.data_ptr<float>()[i] = static_cast<float>(random.normal());
  }
  for (std::int64_t i = 0; i < images; ++i) {
    batch.labels.data_ptr<std::int64_t>()[i] = static_cast<std::int64_t>(random.below(kClasses));
  }
  return batch;
}

inline train::TrainingSpec spec_of(const std::shared_ptr<TinyNetwork>& network, std::int64_t epochs) {
  return {.name = "joint",
          .module = network,
          .logits = [network](const torch::Tensor& images) { return network->forward(images); },
          .loss = std::make_shared<CrossEntropies>(),
          .sgd = {},
          .schedule = {.learning_rate = 0.05, .epochs = epochs}};
}

}  // namespace ltr::test
