// SPDX-License-Identifier: Apache-2.0
// The uncertainty that a finite test set leaves: accuracies of test sets drawn anew from the measured ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"

namespace ltr::metric {

/// The test images of one class, of which each is right with probability `accuracy`.
struct BootstrapClass {
  std::int64_t images = 0;
  double accuracy = 0;  ///< fraction of 1
  double weight = 0;    ///< what one image adds to the result if it is right
};

/// `resamples` times sum_k weight_k * Binomial(images_k, accuracy_k): the bootstrap over images within their
/// class, for which counts suffice. The same for the same `random`, whatever the order of the classes.
/// Cost: classes that agree in accuracy and weight count as one.
[[nodiscard]] std::vector<double> bootstrap_sums(std::span<const BootstrapClass> classes,
                                                 std::size_t resamples, base::CounterRandom random);

struct Interval {
  double low = 0;
  double high = 0;
};

/// The middle 95 % of at least two values, linear between them.
[[nodiscard]] Interval middle_95(std::vector<double> values);

}  // namespace ltr::metric
