// SPDX-License-Identifier: Apache-2.0
// Every knob of a run as a plain struct; the names are the keys of the TOML file, the defaults the paper's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/enums.hpp"

namespace ltr::config {

/// [run]
struct Run {
  std::string output;  ///< the record, an HDF5 file; work in progress stands in "<output>.parts/"
  std::vector<std::uint64_t> seeds{0};  ///< one complete grid a seed
};

/// The pack of a set, or several that are read as one; in the file a name or a list of names.
struct PackNames {
  PackNames() = default;
  PackNames(const char* name) : PackNames(std::string(name)) {}
  PackNames(const std::string& name) {
    if (!name.empty()) names.push_back(name);
  }
  [[nodiscard]] bool empty() const { return names.empty(); }
  bool operator==(const PackNames&) const = default;

  std::vector<std::string> names;
};

/// [data]
struct Data {
  /// Classes with more than `many_above` training images are many-shot, with fewer than `few_below` few-shot.
  struct Shots {
    std::int64_t many_above = 100;
    std::int64_t few_below = 20;
  };
  std::string root = ".";
  PackNames train;       ///< relative to root
  PackNames validation;  ///< "" means that test serves, and the record says so
  PackNames test;
  std::string stage;  ///< a folder on every node's own disk, to which it copies the packs first; "": none
  Shots shots;
};

/// [grid]
struct Grid {
  std::vector<SamplingKind> sampling{SamplingKind::instance_balanced, SamplingKind::class_balanced,
                                     SamplingKind::square_root, SamplingKind::progressively_balanced};
  std::vector<LossKind> loss{LossKind::cross_entropy};  ///< of stage 1
  std::vector<LearningKind> learning{LearningKind::joint, LearningKind::ncm, LearningKind::crt,
                                     LearningKind::tau_normalized, LearningKind::lws};
  bool replacement = false;  ///< true: independent draws instead of exact quotas
};

/// [loss]
struct Loss {
  struct BalancedSoftmax {
    double tau = 1;
  };
  struct Focal {
    double gamma = 2;
  };
  BalancedSoftmax balanced_softmax;
  Focal focal;
  bool any_sampling = false;  ///< true: losses that correct for natural draws may be combined with others
};

/// [model]
struct Model {
  BackboneKind backbone = BackboneKind::resnet10;
  std::string pretrained;  ///< safetensors file that stage 1 starts from; "": the authors' initialisation
};

/// [input]
struct Input {
  int size = 224;  ///< pixels a side
  TrainCrop train_crop = TrainCrop::random_resized;
  int padding = 4;              ///< pad_and_crop only: pixels added on every side
  int evaluation_resize = 256;  ///< shorter side before the centre crop
  bool flip = true;
  bool scaled_decode =
      false;  ///< JPEGs of four times the needed size or more are shrunk while decoded, in training
  std::array<double, 3> color_jitter{0.4, 0.4, 0.4};  ///< brightness, contrast, saturation; zeros: off
  std::array<double, 3> mean{0.485, 0.456, 0.406};
  std::array<double, 3> std{0.229, 0.224, 0.225};
};

/// [loader]
struct Loader {
  int threads = 2;        ///< decoding threads a rank
  int queue_batches = 4;  ///< micro-batches decoded ahead, at most
  LoaderCache cache = LoaderCache::none;
};

/// [stage_1]
struct Stage1 {
  /// schedule "step" only: from epoch milestones[i] on, the rate is factor times what it was before.
  struct Step {
    std::vector<int> milestones;  ///< epochs from 0, rising
    double factor = 0.1;
  };
  std::string weights;  ///< safetensors file taken in place of training a stage 1; "": it is trained
  TrainedPart trained = TrainedPart::all;
  int epochs = 90;
  std::int64_t global_batch = 512;
  int micro_batches = 8;
  double learning_rate = 0.2;
  bool scale_learning_rate =
      false;  ///< true: the rates of both stages are for 512 images, and follow the batch
  double backbone_learning_rate_scale =
      1;  ///< times the learning rate: at which all but the classifier learns
  ScheduleKind schedule = ScheduleKind::cosine;
  Step step;
  int warmup_epochs = 0;
  double momentum = 0.9;
  bool nesterov = false;
  double weight_decay = 5e-4;
  bool decay_norm_and_bias = true;  ///< false: BatchNorm's parameters and biases do not decay
  double clip_norm = 0;             ///< longest gradient, over all parameters; 0: any
  double label_smoothing = 0;       ///< share of each label that is spread over all classes
  int validate_every_epochs = 1;    ///< and after the last
};

/// Values to try, both ends included where `step` meets them.
struct ValueGrid {
  double from = 0.0;
  double to = 2.0;
  double step = 0.1;
};

/// [stage_2]
struct Stage2 {
  struct Crt {
    int epochs = 10;
  };
  struct Lws {
    int epochs = 5;
  };
  struct Ncm {
    NcmDistance distance = NcmDistance::cosine;  ///< in fidelity's mode "reference" centred, unless given
  };
  struct Finetune {
    int epochs = 10;
    bool new_classifier = true;  ///< false: begins with stage 1's classifier
  };
  SamplingKind sampling = SamplingKind::class_balanced;
  LossKind loss = LossKind::cross_entropy;
  double learning_rate = 0.2;
  std::optional<double> weight_decay;  ///< none given: stage 1's
  ScheduleKind schedule = ScheduleKind::cosine;
  Crt crt;
  Lws lws;
  ValueGrid tau;
  ValueGrid logit_adjusted;
  Ncm ncm;
  Finetune finetune;
};

/// [parallel]
struct Parallel {
  int threads_per_rank = 1;
  int ranks_per_cell = 0;          ///< that work on one node of the plan, others on others; 0: all
  int ranks_per_cell_stage_2 = 0;  ///< likewise for passes after stage 1; 0: ranks_per_cell
  Reduction reduction = Reduction::fixed_order;
  DeviceKind device = DeviceKind::automatic;
  bool share_gpus = false;  ///< true: several ranks may compute on one GPU
  ExchangeKind exchange = ExchangeKind::automatic;
  Precision precision = Precision::float32;
  bool autotune = false;         ///< true: cuDNN takes whatever is fastest, with other bits from run to run
  bool cuda_graph = false;       ///< true: a step's kernels are recorded once and then started together
  double stall_timeout_s = 600;  ///< a rank that the others wait for longer is named, and all leave; 0: never
};

/// [fidelity]: where the authors' code differs from the paper's text; true is as the code does. The mode sets
/// all that are not given; what each means, and what "reference" makes of it, says fidelity_points().
struct Fidelity {
  FidelityMode mode = FidelityMode::corrected;
  bool frozen_statistics_move = false;
  bool first_part_statistics = false;
  bool class_balanced_runs = false;
  bool square_root_independent = false;
  bool progressive_independent = false;
  bool lws_scales_bias = false;
  bool lws_decays_scales = false;
  bool schedule_ahead = false;
};

/// [checkpoint]
struct Checkpoint {
  int every_epochs = 1;
  double every_s = 900;  ///< also within an epoch, this long after the last; 0: not
  int keep = 2;          ///< the newest ones of each training
};

/// One TOML file.
struct Configuration {
  Run run;
  Data data;
  Grid grid;
  Loss loss;
  Model model;
  Input input;
  Loader loader;
  Stage1 stage_1;
  Stage2 stage_2;
  Parallel parallel;
  Fidelity fidelity;
  Checkpoint checkpoint;
  std::vector<std::string> notes;  ///< of reading the file, for a person

  /// The weights file that stage 1 begins with, to train on from it or not; "" if there is none.
  [[nodiscard]] const std::string& starting_weights() const {
    return stage_1.weights.empty() ? model.pretrained : stage_1.weights;
  }
};

}  // namespace ltr::config
