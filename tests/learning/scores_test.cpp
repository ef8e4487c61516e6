// SPDX-License-Identifier: Apache-2.0
// NCM and tau-normalisation against their formulas, written out.
#include <gtest/gtest.h>

#include "learning/ncm.hpp"
#include "learning/tau_normalized.hpp"

namespace ltr::learning {
namespace {

torch::Tensor numbers(std::int64_t rows, std::int64_t columns, double phase) {
  return (torch::arange(rows * columns, torch::kFloat64) * 1.7 + phase)
      .sin()
      .to(torch::kFloat32)
      .view({rows, columns});
}

/// The class whose mean is nearest to each feature, by walking over all pairs.
std::vector<std::int64_t> nearest(const torch::Tensor& features, const torch::Tensor& means) {
  std::vector<std::int64_t> best;
  for (std::int64_t i = 0; i < features.size(0); ++i) {
    best.push_back((means - features[i]).square().sum(1).argmin().item<std::int64_t>());
  }
  return best;
}

std::vector<std::int64_t> predictions(const torch::Tensor& scores) {
  const torch::Tensor best = scores.argmax(1).contiguous();
  return {best.const_data_ptr<std::int64_t>(), best.const_data_ptr<std::int64_t>() + best.numel()};
}

torch::Tensor rows_of_length_one(const torch::Tensor& rows) { return rows / rows.norm(2, {1}, true); }

TEST(Ncm, CosineScoresAreCosines) {
  const torch::Tensor features = numbers(7, 6, 0.3);
  const NcmMeans means{numbers(4, 6, 2.0), torch::zeros({6})};
  const torch::Tensor scores = ncm_scores(means, config::NcmDistance::cosine)(features);
  for (std::int64_t i = 0; i < 7; ++i) {
    for (std::int64_t k = 0; k < 4; ++k) {
      const torch::Tensor f = features[i];
      const torch::Tensor m = means.class_means[k];
      EXPECT_NEAR(scores[i][k].item<float>(), (f.dot(m) / (f.norm() * m.norm())).item<float>(), 1e-5);
    }
  }
}

TEST(Ncm, EuclideanPicksTheNearestNormalisedMean) {
  const torch::Tensor features = numbers(50, 6, 0.3);
  const NcmMeans means{numbers(4, 6, 2.0) * 3, torch::zeros({6})};
  EXPECT_EQ(predictions(ncm_scores(means, config::NcmDistance::euclidean)(features)),
            nearest(rows_of_length_one(features), rows_of_length_one(means.class_means)));
}

TEST(Ncm, CentredPicksTheNearestMeanOfCentredFeaturesAsItIs) {
  const torch::Tensor features = numbers(50, 6, 0.3);
  // Means of very different length, so that normalising them would change the answer.
  const NcmMeans means{numbers(4, 6, 2.0) * torch::tensor({0.1F, 0.5F, 1.0F, 2.0F}).unsqueeze(1),
                       numbers(1, 6, 5)[0]};
  const auto expected = nearest(rows_of_length_one(features - means.mean), means.class_means);
  EXPECT_EQ(predictions(ncm_scores(means, config::NcmDistance::centred)(features)), expected);
  EXPECT_NE(predictions(ncm_scores(means, config::NcmDistance::cosine)(features)), expected);
}

TEST(TauNormalized, ZeroKeepsTheWeightAndOneMakesRowsOfLengthOne) {
  const torch::Tensor weight = numbers(5, 8, 1) * torch::tensor({0.2F, 1.0F, 3.0F, 7.0F, 0.9F}).unsqueeze(1);
  EXPECT_TRUE(torch::equal(tau_normalized_weight(weight, 0), weight));
  EXPECT_TRUE(torch::allclose(tau_normalized_weight(weight, 1).norm(2, {1}), torch::ones({5})));
  EXPECT_TRUE(torch::allclose(tau_normalized_weight(weight, 0.5), weight / weight.norm(2, {1}, true).sqrt()));
}

}  // namespace
}  // namespace ltr::learning
