// SPDX-License-Identifier: Apache-2.0
#include "data/loader.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/stopwatch.hpp"

namespace ltr::data {
namespace {

/// A batch being filled. All but the pixels is guarded by the loader's mutex; an image's pixels belong to the
/// thread that claimed it.
struct Slot {
  explicit Slot(std::pmr::memory_resource* pixel_memory)
      : batch{0, {}, std::pmr::vector<std::uint8_t>(pixel_memory), {}, {}, {}} {}

  Batch batch;
  std::vector<LoaderItem> items;
  std::size_t claimed = 0;
  std::size_t finished = 0;
  std::exception_ptr error;
  std::size_t error_position = 0;

  [[nodiscard]] bool done() const { return finished == items.size(); }
};

/// One image to decode: where it comes from and where it goes.
struct Task {
  Slot* slot = nullptr;
  std::size_t position = 0;
};

/// What a decoding thread keeps from image to image.
struct Workspace {
  std::vector<std::byte> encoded;
  image::Decoder decoder;
  image::Image part;
  image::RenderBuffers render;
};

}  // namespace

struct Loader::State {
  State(const Pack& pack_in, const LoaderOptions& options_in, std::int64_t batches_in, ItemsOf items_of_in)
      : pack(pack_in), options(options_in), batches(batches_in), items_of(std::move(items_of_in)) {
    for (int i = 0; i <= options.queue_batches; ++i) slots.emplace_back(options.pixel_memory);
  }

  ~State() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    work.notify_all();
    for (std::thread& thread : threads) thread.join();
  }

  void work_until_stopped();
  [[nodiscard]] bool may_open() const;
  void open_batch(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool claim(Task& task);
  void run(const Task& task, Workspace& workspace, std::unique_lock<std::mutex>& lock);
  void announce(std::span<const LoaderItem> items) const;
  void load(const Task& task, Workspace& workspace, LoaderTimes& spent) const;
  void decode(base::SampleIndex sample, std::span<const std::byte> encoded, image::View& view,
              Workspace& workspace) const;
  void require_stated_size(base::SampleIndex sample, const image::ImageSummary& header) const;
  [[nodiscard]] bool shrinks() const {
    return options.mode == LoaderMode::training && options.transform.scaled_decode;
  }
  void render(const Task& task, const image::View& view, const image::Image& part,
              image::RenderBuffers& buffers) const;
  [[nodiscard]] image::View view_of(const LoaderItem& item) const;
  [[nodiscard]] const Batch& next();

  [[nodiscard]] Slot& slot(std::int64_t batch) {
    return slots[static_cast<std::size_t>(batch) % slots.size()];
  }
  [[nodiscard]] std::size_t values_of_image() const {
    const auto size = static_cast<std::size_t>(options.transform.size);
    return 3 * size * size;
  }

  const Pack& pack;
  const LoaderOptions options;
  const std::int64_t batches;
  const ItemsOf items_of;

  mutable std::mutex mutex;
  std::condition_variable work;   ///< a batch may be opened, an image claimed, or all is over
  std::condition_variable ready;  ///< a batch is done
  std::vector<Slot> slots;        ///< batch b lives in slot b modulo their number
  std::int64_t opened = 0;        ///< batches whose images are known
  std::int64_t claiming = 0;      ///< the first batch with images not yet claimed
  std::int64_t delivered = 0;     ///< batches given out by next()
  std::int64_t released = 0;      ///< batches the consumer is done with
  bool opening = false;
  bool stopping = false;
  LoaderTimes times;
  std::vector<std::thread> threads;
};

bool Loader::State::may_open() const {
  return !opening && opened < batches && opened - released < static_cast<std::int64_t>(slots.size());
}

/// Asks for the items of the next batch, one thread at a time, and tells the kernel of them.
void Loader::State::open_batch(std::unique_lock<std::mutex>& lock) {
  opening = true;
  Slot& opened_slot = slot(opened);
  const std::int64_t index = opened;
  lock.unlock();
  Batch& batch = opened_slot.batch;
  std::vector<LoaderItem>& items = opened_slot.items;
  std::exception_ptr error;
  items.clear();
  try {
    items_of(index, items);
    batch.index = index;
    batch.samples.resize(items.size());
    batch.labels.resize(items.size());
    if (options.pixels == PixelKind::normalized) {
      batch.pixels.resize(items.size() * values_of_image());
    } else {
      batch.uint8_pixels.resize(items.size() * values_of_image());
      batch.jitters.resize(options.pixels == PixelKind::uint8_before_jitter ? items.size() : 0);
    }
    announce(items);
  } catch (...) {
    error = std::current_exception();
    items.clear();
  }
  lock.lock();
  opened_slot.claimed = 0;
  opened_slot.finished = 0;
  opened_slot.error = error;
  opened_slot.error_position = 0;
  opening = false;
  ++opened;
  if (opened_slot.done()) ready.notify_one();
  work.notify_all();
}

/// The oldest image nobody has claimed yet, if any.
bool Loader::State::claim(Task& task) {
  for (; claiming < opened; ++claiming) {
    Slot& oldest = slot(claiming);
    if (oldest.claimed < oldest.items.size()) {
      task = {&oldest, oldest.claimed++};
      return true;
    }
  }
  return false;
}

/// Images that are kept decoded are not read again.
void Loader::State::announce(std::span<const LoaderItem> items) const {
  for (const LoaderItem& item : items) {
    if (options.decoded != nullptr && options.decoded->find(item.sample) != nullptr) continue;
    pack.announce({&item.sample, 1});
  }
}

void Loader::State::decode(base::SampleIndex sample, std::span<const std::byte> encoded, image::View& view,
                           Workspace& workspace) const {
  image::Resampling& resampling = view.resampling;
  image::Decoder& decoder = workspace.decoder;
  try {
    const image::ImageSummary header = decoder.open(encoded);
    require_stated_size(sample, header);
    if (options.decoded != nullptr) {
      decoder.read_part({0, 0, header.height, header.width}, workspace.part);
      options.decoded->keep(sample, workspace.part);
    } else {
      if (shrinks()) resampling.shrink = std::min(image::allowed_shrink(resampling), header.largest_shrink);
      decoder.read_part(image::needed_box(resampling), workspace.part, resampling.shrink);
    }
  } catch (const base::DataError& error) {
    throw base::DataError(base::format(
        "{} cannot be decoded: {}; no epoch is complete without it; mend the file or take it off "
        "the list, and pack again",
        pack.describe(sample), error.what()));
  }
}

/// Crops are drawn for the size that the pack states.
void Loader::State::require_stated_size(base::SampleIndex sample, const image::ImageSummary& header) const {
  const auto [height, width] = pack.resolution(sample);
  if (height == header.height && width == header.width) return;
  throw base::DataError(base::format("it has {} x {} pixels and the pack says {} x {}", header.width,
                                     header.height, width, height));
}

image::View Loader::State::view_of(const LoaderItem& item) const {
  const auto [height, width] = pack.resolution(item.sample);
  return options.mode == LoaderMode::training
             ? image::training_view(options.transform, item.augmentation, height, width)
             : image::evaluation_view(options.transform, height, width);
}

void Loader::State::render(const Task& task, const image::View& view, const image::Image& part,
                           image::RenderBuffers& buffers) const {
  const auto into = [&](auto& batch) {
    const std::span all(batch);
    image::render(options.transform, view, part, buffers,
                  all.subspan(task.position * values_of_image(), values_of_image()));
  };
  if (options.pixels == PixelKind::normalized) {
    into(task.slot->batch.pixels);
  } else {
    into(task.slot->batch.uint8_pixels);
  }
}

void Loader::State::load(const Task& task, Workspace& workspace, LoaderTimes& spent) const {
  const LoaderItem& item = task.slot->items[task.position];
  image::View view = view_of(item);
  const base::Stopwatch stopwatch;
  const image::Image* image = options.decoded == nullptr ? nullptr : options.decoded->find(item.sample);
  if (image == nullptr) {
    const std::span<const std::byte> encoded = pack.read(item.sample, workspace.encoded);
    spent.read_s = stopwatch.seconds();
    decode(item.sample, encoded, view, workspace);
    spent.decode_s = stopwatch.seconds() - spent.read_s;
    image = &workspace.part;
  }
  Batch& batch = task.slot->batch;
  batch.samples[task.position] = item.sample;
  batch.labels[task.position] = pack.label(item.sample).value();
  if (options.pixels == PixelKind::uint8_before_jitter) {
    batch.jitters[task.position] = std::exchange(view.jitter, {});
  }
  render(task, view, *image, workspace.render);
  spent.resample_s = stopwatch.seconds() - spent.read_s - spent.decode_s;
}

void Loader::State::run(const Task& task, Workspace& workspace, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  LoaderTimes spent;
  std::exception_ptr error;
  try {
    load(task, workspace, spent);
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  times += spent;
  Slot& filled = *task.slot;
  // Of several bad images the first is named, whichever thread was faster.
  if (error && (!filled.error || task.position < filled.error_position)) {
    filled.error = error;
    filled.error_position = task.position;
  }
  ++filled.finished;
  if (filled.done()) ready.notify_one();
}

void Loader::State::work_until_stopped() {
  Workspace workspace;
  Task task;
  std::unique_lock lock(mutex);
  while (!stopping) {
    // Opening comes first, so that the kernel hears of an image long before it is read.
    if (may_open()) {
      open_batch(lock);
    } else if (claim(task)) {
      run(task, workspace, lock);
    } else {
      work.wait(lock);
    }
  }
}

const Batch& Loader::State::next() {
  const base::Stopwatch stopwatch;
  std::unique_lock lock(mutex);
  if (delivered == batches) throw std::logic_error("Loader::next() called after the last batch");
  if (released < delivered) {
    released = delivered;
    work.notify_all();
  }
  Slot& wanted = slot(delivered);
  ready.wait(lock, [&] { return delivered < opened && wanted.done(); });
  times.wait_s += stopwatch.seconds();
  if (wanted.error) std::rethrow_exception(wanted.error);
  ++delivered;
  return wanted.batch;
}

image::TransformOptions transform_options(const config::Input& input) {
  image::TransformOptions options;
  options.size = input.size;
  options.train_crop = input.train_crop == config::TrainCrop::random_resized ? image::CropKind::random_resized
                                                                             : image::CropKind::pad_and_crop;
  options.padding = input.padding;
  options.evaluation_resize = input.evaluation_resize;
  options.flip = input.flip;
  options.scaled_decode = input.scaled_decode;
  options.color_jitter = input.color_jitter;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    options.mean[channel] = static_cast<float>(input.mean[channel]);
    options.std[channel] = static_cast<float>(input.std[channel]);
  }
  return options;
}

LoaderTimes& LoaderTimes::operator+=(const LoaderTimes& other) {
  read_s += other.read_s;
  decode_s += other.decode_s;
  resample_s += other.resample_s;
  wait_s += other.wait_s;
  return *this;
}

Loader::Loader(const Pack& pack, const LoaderOptions& options, std::int64_t batches, ItemsOf items_of)
    : state_(std::make_unique<State>(pack, options, batches, std::move(items_of))) {
  LTR_EXPECT(options.threads >= 1 && options.queue_batches >= 1 && batches >= 0);
  for (int i = 0; i < options.threads; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->work_until_stopped(); });
  }
}

Loader::~Loader() = default;

const Batch& Loader::next() { return state_->next(); }

LoaderTimes Loader::times() const {
  const std::lock_guard lock(state_->mutex);
  return state_->times;
}

}  // namespace ltr::data
