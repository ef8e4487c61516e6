// SPDX-License-Identifier: Apache-2.0
#include "grid/progress_line.hpp"

#include <algorithm>

#include "base/format.hpp"

namespace ltr::grid {

void ProgressLine::begin_node(const config::PlanNode& node, std::size_t number, std::size_t count,
                              double work) {
  title_ = base::format("node {} of {} {}", number, count, node.id);
  node_work_ = work;
  share_at_start_.reset();
}

void ProgressLine::end_node() { done_work_ += node_work_; }

std::string ProgressLine::line(const learning::PassProgress& progress) const {
  return base::format("{}  {} images, batch {}/{}", title_, progress.images, progress.done, progress.batches);
}

std::string ProgressLine::line(const train::Progress& progress) {
  const double steps = static_cast<double>(std::max<std::int64_t>(progress.epochs * progress.steps, 1));
  const double share = static_cast<double>(progress.epoch * progress.steps + progress.step) / steps;
  if (!share_at_start_) {
    // The step just done is this run's own.
    share_at_start_ = share - 1 / steps;
    skipped_work_ += node_work_ * *share_at_start_;
  }
  const double done = done_work_ + node_work_ * share;
  const double own = done - skipped_work_;
  const double left_s = own > 0 ? since_start_.seconds() * (total_work_ - done) / own : 0;
  return base::format("{}  epoch {}/{}  step {}/{}  loss {:.3f}  {:.0f} images/s  waiting {:.0f} %  {} left",
                      title_, progress.epoch + 1, progress.epochs, progress.step, progress.steps,
                      progress.loss, progress.images_per_s, 100 * progress.wait_fraction,
                      base::duration(std::max(0.0, left_s)));
}

}  // namespace ltr::grid
