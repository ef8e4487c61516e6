// SPDX-License-Identifier: Apache-2.0
#include "learning/losses.hpp"

#include <algorithm>
#include <iterator>

#include "base/check.hpp"

namespace ltr::learning {
namespace {

struct Row {
  config::LossKind kind;
  std::shared_ptr<train::Loss> (*make)(const LossInputs&);
};
constexpr Row kLosses[] = {
    {config::LossKind::cross_entropy, make_cross_entropy},
    {config::LossKind::balanced_softmax, make_balanced_softmax},
    {config::LossKind::focal, make_focal},
};

}  // namespace

torch::Tensor log_prior(std::span<const std::int64_t> class_counts) {
  const torch::Tensor counts = torch::tensor(at::IntArrayRef(class_counts.data(), class_counts.size()));
  return torch::log(counts.to(torch::kFloat64) / counts.sum()).to(torch::kFloat32);
}

std::shared_ptr<train::Loss> make_loss(config::LossKind kind, const LossInputs& inputs) {
  const auto row = std::ranges::find(kLosses, kind, &Row::kind);
  LTR_EXPECT(row != std::end(kLosses));
  return row->make(inputs);
}

}  // namespace ltr::learning
