// SPDX-License-Identifier: Apache-2.0
// NCCL out of MPI, for tests of who waits for whom on several ranks without a GPU. It cannot show NCCL's own
// sums, its memory, its threads or its network, nor operations that a captured graph repeats.
#pragma once

namespace ltr::stand_in {

/// How many communicators this rank has ended by ncclCommAbort.
[[nodiscard]] int aborts();

/// What NCCL says of a peer that is gone.
inline constexpr const char* kPeerIsGone = "the stand-in's peer is gone";

}  // namespace ltr::stand_in
