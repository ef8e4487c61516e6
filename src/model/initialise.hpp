// SPDX-License-Identifier: Apache-2.0
// The authors' initialisation, the same on every rank.
#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace ltr::model {

/// Gives every convolution, BatchNorm and linear layer of `module` its initial values: convolutions
/// N(0, sqrt(2 / (k k out_channels))), BatchNorm weight 1 and bias 0 with fresh running buffers, linear
/// layers U(-1/sqrt(D), 1/sqrt(D)) for weight and bias as libtorch does. Each parameter has random numbers of
/// its own, chosen by seed and name (that of `state`), so neither torch's generator, nor the number of ranks,
/// nor the rest of the module matters. Other layers are left alone.
void initialise(torch::nn::Module& module, std::uint64_t seed);

}  // namespace ltr::model
