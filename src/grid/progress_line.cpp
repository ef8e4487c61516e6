// SPDX-License-Identifier: Apache-2.0
#include "grid/progress_line.hpp"

#include <algorithm>

#include "base/format.hpp"

namespace ltr::grid {

void ProgressLine::begin_node(const config::PlanNode& node, std::size_t number, std::size_t count,
                              double work) {
  title_ = base::format("node {} of {} {}", number, count, node.id);
  node_work_ = work;
}

void ProgressLine::end_node() { done_work_ += node_work_; }

std::string ProgressLine::line(const train::Progress& progress) const {
  const double steps = static_cast<double>(std::max<std::int64_t>(progress.epochs * progress.steps, 1));
  const double share = static_cast<double>(progress.epoch * progress.steps + progress.step) / steps;
  const double done = done_work_ + node_work_ * share;
  const double left_s = done > 0 ? since_start_.seconds() * (total_work_ - done) / done : 0;
  return base::format("{}  epoch {}/{}  step {}/{}  loss {:.3f}  {:.0f} images/s  waiting {:.0f} %  {} left",
                      title_, progress.epoch + 1, progress.epochs, progress.step, progress.steps,
                      progress.loss, progress.images_per_s, 100 * progress.wait_fraction,
                      base::duration(std::max(0.0, left_s)));
}

}  // namespace ltr::grid
