// SPDX-License-Identifier: Apache-2.0
// A branch on a method, which the layer check must refuse.
bool is_special(LearningKind learning) { return learning == LearningKind::ncm; }
