// SPDX-License-Identifier: Apache-2.0
// Two includes that the layer check must refuse.
#pragma once
#include <torch/torch.h>

#include "grid/runner.hpp"
