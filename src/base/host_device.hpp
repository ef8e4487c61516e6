// SPDX-License-Identifier: Apache-2.0
// Marks for what runs on the host and on a GPU from one source, which either compiler reads.
#pragma once

#ifdef __CUDACC__
#define LTR_HOST_DEVICE __host__ __device__
/// Before a template for both that calls what it is given, which may be for the host alone.
#define LTR_CALLS_WHAT_IT_IS_GIVEN _Pragma("nv_exec_check_disable")
#else
#define LTR_HOST_DEVICE
#define LTR_CALLS_WHAT_IT_IS_GIVEN
#endif

/// Before a loop whose bounds are known when compiling: on a GPU, arrays that it indexes stay in registers.
#ifdef __CUDA_ARCH__
#define LTR_UNROLL _Pragma("unroll")
#else
#define LTR_UNROLL
#endif
