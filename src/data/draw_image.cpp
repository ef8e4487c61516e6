// SPDX-License-Identifier: Apache-2.0
#include "data/draw_image.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace ltr::data {
namespace {

constexpr double kHueSpread = 11;  // degrees, standard deviation; neighbouring hues are 30 apart
constexpr double kNoise = 0.10;    // half width of the pixel noise, of 1
constexpr int kSamplesASide = 2;   // within a pixel

using Colour = std::array<double, 3>;  // red, green, blue in 0..1

Colour colour_of(double hue_degrees, double saturation, double value) {
  Colour colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    const std::array<double, 3> shift{5, 3, 1};
    const double k = std::fmod(shift[c] + hue_degrees / 60 + 12, 6.0);
    colour[c] = value * (1 - saturation * std::clamp(std::min(k, 4 - k), 0.0, 1.0));
  }
  return colour;
}

Colour mix(const Colour& a, const Colour& b, double share_of_b) {
  Colour colour{};
  for (std::size_t c = 0; c < 3; ++c) colour[c] = a[c] + (b[c] - a[c]) * share_of_b;
  return colour;
}

/// Whether (u, v) lies within the shape, which fills about the unit circle.
bool inside(Shape shape, double u, double v) {
  const double radius = std::hypot(u, v);
  switch (shape) {
    case Shape::disc:
      return radius < 0.85;
    case Shape::ring:
      return radius < 0.95 && radius > 0.5;
    case Shape::square:
      return std::max(std::abs(u), std::abs(v)) < 0.75;
    case Shape::triangle:
      return v > -0.5 && v < 1 - std::numbers::sqrt3 * std::abs(u);
    case Shape::cross:
      return std::max(std::abs(u), std::abs(v)) < 0.95 && std::min(std::abs(u), std::abs(v)) < 0.28;
    case Shape::star: {
      const double turn = 5 * std::atan2(v, u) / (2 * std::numbers::pi);
      return radius < 0.4 + 1.2 * std::abs(turn - std::round(turn));
    }
    case Shape::bar:
      return std::abs(u) < 1 && std::abs(v) < 0.33;
    case Shape::dome:
      return radius < 1 && v > -0.05;
  }
  return false;
}

/// Whether (u, v) is in the dark part of the texture.
bool dark(Texture texture, double u, double v) {
  const auto phase = [](double x) { return x - std::floor(x); };
  const double a = phase(1.5 * u);
  const double b = phase(1.5 * v);
  switch (texture) {
    case Texture::plain:
      return false;
    case Texture::striped:
      return a < 0.5;
    case Texture::checked:
      return (a < 0.5) != (b < 0.5);
    case Texture::dotted:
      return std::hypot(a - 0.5, b - 0.5) < 0.32;
  }
  return false;
}

/// A thing on the canvas; lengths as shares of the image's side.
struct Thing {
  Shape shape;
  Texture texture;
  Colour light;
  Colour dark;
  double x;
  double y;
  double radius;
  double angle;
};

class Canvas {
 public:
  explicit Canvas(int size)
      : size_(size), pixels_(static_cast<std::size_t>(size) * static_cast<std::size_t>(size)) {}

  /// Fills with a slope from one colour to another, bent by a wave.
  void ground(const Colour& from, const Colour& to, base::CounterRandom& random) {
    const double angle = random.uniform(0, 2 * std::numbers::pi);
    const double wave = random.uniform(0, 0.35);
    const double waves = random.uniform(4, 14);
    const double phase = random.uniform(0, 2 * std::numbers::pi);
    for (int y = 0; y < size_; ++y) {
      for (int x = 0; x < size_; ++x) {
        const double u = (x + 0.5) / size_ - 0.5;
        const double v = (y + 0.5) / size_ - 0.5;
        const double along = u * std::cos(angle) + v * std::sin(angle);
        const double across = v * std::cos(angle) - u * std::sin(angle);
        at(x, y) = mix(from, to, std::clamp(0.5 + along + wave * std::sin(waves * across + phase), 0.0, 1.0));
      }
    }
  }

  void place(const Thing& thing) {
    const double reach = 1.1 * thing.radius * size_;
    const auto bound = [this](double edge) {
      return std::clamp(static_cast<int>(std::floor(edge)), 0, size_);
    };
    const double scale = 1 / (thing.radius * size_);
    const double cosine = std::cos(thing.angle) * scale;
    const double sine = std::sin(thing.angle) * scale;
    for (int y = bound(thing.y * size_ - reach); y < bound(thing.y * size_ + reach + 1); ++y) {
      for (int x = bound(thing.x * size_ - reach); x < bound(thing.x * size_ + reach + 1); ++x) {
        place_at(thing, x, y, cosine, sine);
      }
    }
  }

  /// Covers the edges, a sixteenth of the side wide.
  void frame(const Colour& colour) {
    const int width = std::max(1, size_ / 16);
    const auto edge = [&](int i) { return i < width || i >= size_ - width; };
    for (int y = 0; y < size_; ++y) {
      for (int x = 0; x < size_; ++x) {
        if (edge(x) || edge(y)) at(x, y) = colour;
      }
    }
  }

  [[nodiscard]] image::Image finish(double gain, base::CounterRandom& random) const {
    image::Image image{size_, size_, {}};
    image.pixels.reserve(pixels_.size() * 3);
    for (const Colour& colour : pixels_) {
      std::uint32_t bits = random.next_u32();
      for (const double channel : colour) {
        const double noise = kNoise * ((bits & 0x3FF) / 511.5 - 1);
        bits >>= 10;
        image.pixels.push_back(
            static_cast<std::uint8_t>(std::clamp(gain * channel + noise, 0.0, 1.0) * 255 + 0.5));
      }
    }
    return image;
  }

 private:
  Colour& at(int x, int y) {
    return pixels_[static_cast<std::size_t>(y) * static_cast<std::size_t>(size_) +
                   static_cast<std::size_t>(x)];
  }

  void place_at(const Thing& thing, int x, int y, double cosine, double sine) {
    constexpr double kShare = 1.0 / (kSamplesASide * kSamplesASide);
    const Colour under = at(x, y);
    Colour sum{};
    for (int i = 0; i < kSamplesASide * kSamplesASide; ++i) {
      const int row = i / kSamplesASide;
      const double dx = x + (i % kSamplesASide + 0.5) / kSamplesASide - thing.x * size_;
      const double dy = y + (row + 0.5) / kSamplesASide - thing.y * size_;
      const double u = dx * cosine + dy * sine;
      const double v = dy * cosine - dx * sine;
      const Colour& colour = !inside(thing.shape, u, v)  ? under
                             : dark(thing.texture, u, v) ? thing.dark
                                                         : thing.light;
      for (std::size_t c = 0; c < 3; ++c) sum[c] += kShare * colour[c];
    }
    at(x, y) = sum;
  }

  int size_;
  std::vector<Colour> pixels_;
};

double hue_degrees(int hue) { return 360.0 / kHues * hue; }

Colour ground_colour(int ground, base::CounterRandom& random) {
  if (ground == 0)
    return colour_of(random.uniform(0, 360), random.uniform(0, 0.35), random.uniform(0.2, 0.8));
  const bool light = ground <= kHues;
  const double hue = hue_degrees((ground - 1) % kHues) + 8 * random.normal();
  return colour_of(hue, random.uniform(0.5, 0.7),
                   light ? random.uniform(0.7, 0.9) : random.uniform(0.2, 0.4));
}

Thing thing_of(Shape shape, Texture texture, double hue, base::CounterRandom& random) {
  const double saturation = random.uniform(0.5, 0.95);
  const double value = random.uniform(0.55, 1);
  return {.shape = shape,
          .texture = texture,
          .light = colour_of(hue, saturation, value),
          .dark = colour_of(hue, saturation, 0.45 * value),
          .x = random.uniform(0.3, 0.7),
          .y = random.uniform(0.3, 0.7),
          .radius = random.uniform(0.2, 0.4),
          .angle = random.uniform(0, 2 * std::numbers::pi)};
}

/// A small thing of any looks, anywhere.
Thing clutter(base::CounterRandom& random) {
  const auto shape = static_cast<Shape>(random.below(kShapes));
  const auto texture = static_cast<Texture>(random.below(kTextures));
  Thing thing = thing_of(shape, texture, random.uniform(0, 360), random);
  thing.x = random.uniform();
  thing.y = random.uniform();
  thing.radius = random.uniform(0.07, 0.15);
  return thing;
}

}  // namespace

image::Image draw_image(const SyntheticClass& looks, int size, base::CounterRandom& random) {
  Canvas canvas(size);
  const Colour from = ground_colour(looks.ground, random);
  const Colour to = ground_colour(looks.ground, random);
  canvas.ground(from, to, random);
  for (std::uint64_t left = random.below(4); left > 0; --left) canvas.place(clutter(random));
  const double hue = hue_degrees(looks.hue) + kHueSpread * random.normal();
  canvas.place(thing_of(looks.shape, looks.texture, hue, random));
  for (std::uint64_t left = random.below(3); left > 0; --left) canvas.place(clutter(random));
  if (looks.frame > 0) {
    canvas.frame(colour_of(hue_degrees((looks.frame - 1) % kHues), 0.6, looks.frame <= kHues ? 0.9 : 0.35));
  }
  return canvas.finish(random.uniform(0.7, 1.1), random);
}

}  // namespace ltr::data
