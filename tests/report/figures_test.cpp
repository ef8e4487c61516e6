// SPDX-License-Identifier: Apache-2.0
#include "report/figures.hpp"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metric/label_shift.hpp"
#include "report/plausible_run.hpp"

namespace ltr::report {
namespace {
using config::LearningKind;
using config::SamplingKind;
using testing::DoubleNear;
using testing::ElementsAre;

std::vector<record::RunRecord> plausible(std::size_t classes, std::uint64_t seeds = 1) {
  std::vector<record::RunRecord> runs;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    runs.push_back(record::plausible_run({.classes = classes, .seed = seed, .ranks = 1 << seed}));
  }
  return runs;
}

/// All of them, which may stand together.
ResultSet whole(const Results& results) { return result_set(results, results.all_runs(), {}); }

std::vector<Figure> speed_of(const std::vector<record::RunRecord>& runs) {
  const Results results(runs);
  return speed_figures(results, results.all_runs());
}

const Series& series_named(const Panel& panel, std::string_view label) {
  const auto found = std::ranges::find(panel.series, label, &Series::label);
  if (found == panel.series.end()) throw std::logic_error("no series " + std::string(label));
  return *found;
}

std::vector<std::string> names_of(const FigureList& list) {
  std::vector<std::string> names;
  for (const Figure& figure : list.figures) names.push_back(figure.name);
  return names;
}

TEST(FigureList, AWholeGridGivesEveryFigure) {
  EXPECT_THAT(names_of(figures_of(Results(plausible(10, 2)))),
              ElementsAre("accuracy", "accuracy_by_count", "draw_probability", "weight_norms", "tau",
                          "learning_curves", "reliability", "speed_1_rank", "speed_2_ranks", "scaling"));
}

TEST(FigureList, OneRecordHasNoScaling) {
  EXPECT_THAT(names_of(figures_of(Results(plausible(10)))), testing::Not(testing::Contains("scaling")));
}

/// One seed on one rank and on two.
std::vector<record::RunRecord> on_one_and_two_ranks() {
  return {record::plausible_run({.classes = 10, .seed = 1, .ranks = 1}),
          record::plausible_run({.classes = 10, .seed = 1, .ranks = 2})};
}

TEST(FigureList, TheSameWeightsOnSeveralNumbersOfRanksCountOnce) {
  const std::vector<record::RunRecord> runs = on_one_and_two_ranks();
  EXPECT_THAT(names_of(figures_of(Results(runs))),
              ElementsAre("accuracy", "accuracy_by_count", "draw_probability", "weight_norms", "tau",
                          "learning_curves", "reliability", "speed_1_rank", "speed_2_ranks", "scaling"));
  const Results results(runs);
  for (const auto& [representation, methods] : representations_of(whole(results))) {
    for (const MethodResults& method : methods) EXPECT_EQ(method.cells.size(), 1U);
  }
  for (const Stage1Results& stage_1 : stage_1s_of(whole(results))) EXPECT_EQ(stage_1.seeds.size(), 1U);
}

TEST(FigureList, OtherWeightsOfTheSameCellsGiveScalingAloneAndSayWhy) {
  std::vector<record::RunRecord> runs = on_one_and_two_ranks();
  for (record::CellRecord& cell : runs[0].cells) cell.training.weights_digest = "other";
  const FigureList list = figures_of(Results(runs));
  EXPECT_THAT(names_of(list), ElementsAre("scaling"));
  ASSERT_EQ(list.left_out.size(), 1U);
  EXPECT_THAT(list.left_out[0], testing::HasSubstr("only scaling can be drawn"));
  EXPECT_THAT(list.left_out[0], testing::HasSubstr("is in records 1 and 2"));
  runs[0].environment = runs[1].environment;
  const FigureList nothing = figures_of(Results(runs));
  EXPECT_TRUE(nothing.figures.empty());
  EXPECT_THAT(nothing.left_out.at(0), testing::HasSubstr("no figure can be drawn"));
}

/// Records of these learning rates, all else equal.
std::vector<record::RunRecord> at_rates(const std::vector<double>& rates) {
  std::vector<record::RunRecord> runs;
  for (const double rate : rates) {
    runs.push_back(record::plausible_run({.classes = 10}));
    config::Configuration configuration = config::parse_configuration(runs.back().configuration, "record");
    configuration.stage_1.learning_rate = rate;
    runs.back().configuration = config::to_toml(configuration);
    for (record::CellRecord& cell : runs.back().cells) cell.training.weights_digest += std::to_string(rate);
  }
  return runs;
}

TEST(FigureList, RecordsThatAKeyTellsApartHaveFiguresOfTheirOwn) {
  const std::vector<record::RunRecord> runs = at_rates({0.1, 0.2, 0.1});
  EXPECT_THAT(figures_of(Results(runs)).left_out.at(0), testing::HasSubstr("tell them apart with --by KEY"));
  const FigureList list = figures_of(Results(runs), {"stage_1.learning_rate"});
  EXPECT_THAT(list.left_out, testing::IsEmpty());
  EXPECT_THAT(names_of(list),
              ElementsAre("accuracy_learning_rate_0.1", "accuracy_by_count_learning_rate_0.1",
                          "draw_probability_learning_rate_0.1", "weight_norms_learning_rate_0.1",
                          "tau_learning_rate_0.1", "learning_curves_learning_rate_0.1",
                          "reliability_learning_rate_0.1", "speed_learning_rate_0.1",
                          "accuracy_learning_rate_0.2", "accuracy_by_count_learning_rate_0.2",
                          "draw_probability_learning_rate_0.2", "weight_norms_learning_rate_0.2",
                          "tau_learning_rate_0.2", "learning_curves_learning_rate_0.2",
                          "reliability_learning_rate_0.2", "speed_learning_rate_0.2"));
  EXPECT_THAT(list.figures[0].title, testing::EndsWith("; stage_1.learning_rate = 0.1"));
}

TEST(FigureList, ValuesThatAFilesNameCannotTellApartAreNumbered) {
  std::vector<record::RunRecord> runs = at_rates({0.1, 0.1});
  for (std::size_t i = 0; i < 2; ++i) {
    config::Configuration configuration = config::parse_configuration(runs[i].configuration, "record");
    configuration.data.root = i == 0 ? "a/b" : "a b";
    runs[i].configuration = config::to_toml(configuration);
  }
  const std::vector<std::string> names = names_of(figures_of(Results(runs), {"data.root"}));
  EXPECT_EQ(names.front(), "accuracy_root_a_b");
  EXPECT_EQ(names.back(), "speed_root_a_b_2");
}

TEST(FigureList, MoreGroupsThanAnyoneLooksAtAreNotDrawn) {
  std::vector<double> rates(40);
  std::iota(rates.begin(), rates.end(), 1.0);
  std::vector<record::RunRecord> runs = at_rates(rates);
  EXPECT_THAT(figures_of(Results(runs), {"stage_1.learning_rate"}).figures, testing::SizeIs(40 * 8));
  runs.push_back(at_rates({99}).front());
  const FigureList list = figures_of(Results(runs), {"stage_1.learning_rate"});
  EXPECT_THAT(list.figures, testing::IsEmpty());
  EXPECT_THAT(list.left_out.at(0), testing::HasSubstr("tells 41 groups of records apart"));
}

TEST(FigureList, RecordsOfOneValueKeepThePlainNames) {
  EXPECT_EQ(names_of(figures_of(Results(at_rates({0.1})), {"stage_1.learning_rate"})).front(), "accuracy");
}

TEST(FigureList, FailedCellsAndEmptyTrainingsAreLeftOut) {
  std::vector<record::RunRecord> runs = plausible(10);
  for (record::CellRecord& cell : runs[0].cells) cell.error = "lost";
  runs[0].stage_1.clear();
  EXPECT_TRUE(figures_of(Results(runs)).figures.empty());
}

TEST(DrawProbabilityFigure, SharesFallWithTheCountAndSumToOne) {
  const std::vector<record::RunRecord> runs = plausible(10);
  const Figure figure = draw_probability_figure(whole(Results(runs)));
  const Series& series = series_named(figure.panels.at(0), "instance_balanced");
  EXPECT_NEAR(std::accumulate(series.y.begin(), series.y.end(), 0.0), 1, 1e-12);
  EXPECT_TRUE(std::ranges::is_sorted(series.y, std::greater()));
  for (const double share : series_named(figure.panels[0], "class_balanced").y)
    EXPECT_NEAR(share, 0.1, 1e-12);
  EXPECT_THAT(series_named(figure.panels[0], "progressively_balanced, last epoch").y,
              testing::Each(DoubleNear(0.1, 1e-12)));
}

TEST(DrawProbabilityFigure, ClassesThatWereNeverDrawnHaveNoPoint) {
  std::vector<record::RunRecord> runs = plausible(10);
  runs[0].stage_1[0].training.draws_made[3] = 0;
  const Figure figure = draw_probability_figure(whole(Results(runs)));
  EXPECT_EQ(series_named(figure.panels.at(0), "instance_balanced").x.size(), 9U);
}

TEST(ClassRow, ManyClassesBecomeMeansOverNeighbours) {
  std::vector<record::RunRecord> runs = plausible(8142);
  std::vector<double>& norms = runs[0].cells[0].weight_norms;
  const std::vector<std::size_t> by_count = metric::classes_by_count(runs[0].class_counts);
  for (std::size_t i = 0; i < norms.size(); ++i) norms[by_count[i]] = static_cast<double>(i + 1);
  const Figure figure = weight_norms_figure(whole(Results(runs)));
  const Panel& panel = figure.panels.at(0);
  EXPECT_EQ(panel.series[0].box_width, 41);
  const Series& ranks = series_named(panel, "joint");
  ASSERT_EQ(ranks.x.size(), 199U);  // 8142 = 198 x 41 + 24
  EXPECT_EQ(ranks.x, ranks.y);
  EXPECT_DOUBLE_EQ(ranks.x.front(), 21);
  EXPECT_DOUBLE_EQ(ranks.x.back(), (8119 + 8142) / 2.0);
}

/// The panel whose x axis is the row of classes.
Panel panel_by_class(const std::vector<record::RunRecord>& runs) {
  return draw_probability_figure(whole(Results(runs))).panels.at(0);
}

TEST(ClassAxis, NamesFewClassesShortenedBetweenCharacters) {
  std::vector<record::RunRecord> runs = plausible(10);
  runs[0].class_names[0] = "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ";
  const PanelAxis axis = panel_by_class(runs).x;
  ASSERT_EQ(axis.ticks.size(), 10U);
  EXPECT_EQ(axis.ticks[0].label, "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄ…");
  EXPECT_TRUE(panel_by_class(plausible(13)).x.ticks.empty());
}

TEST(ClassAxis, AnnotationsStandWhereShotsChange) {
  const std::vector<record::RunRecord> runs = plausible(10);
  const std::vector<metric::Shot> shots = metric::shots_of(runs[0].class_counts, runs[0].shots);
  const auto many = std::ranges::count(shots, metric::Shot::many);
  const auto few = std::ranges::count(shots, metric::Shot::few);
  const std::vector<Annotation> annotations = panel_by_class(runs).annotations;
  ASSERT_EQ(annotations.size(), 2U);
  EXPECT_DOUBLE_EQ(annotations[0].at, static_cast<double>(many) + 0.5);
  EXPECT_DOUBLE_EQ(annotations[1].at, 10 - static_cast<double>(few) + 0.5);
}

TEST(AccuracyFigure, DotsAreMeansOverSeedsWithDeviation) {
  std::vector<record::RunRecord> runs = plausible(10, 2);
  for (record::RunRecord& run : runs) {
    for (record::CellRecord& cell : run.cells) {
      cell.test.correct.assign(10, run.cells.front().seed == 0 ? 40 : 60);
    }
  }
  const Figure figure = accuracy_figure(whole(Results(runs)));
  ASSERT_EQ(figure.panels.size(), 4U);
  const Series& series = series_named(figure.panels[3], "square_root");
  ASSERT_EQ(series.y.size(), 5U);
  EXPECT_DOUBLE_EQ(series.y[0], 50);
  EXPECT_NEAR(series.high[0] - series.y[0], 10 * std::sqrt(2.0), 1e-9);  // of 40 and 60
  EXPECT_NEAR(series.y[0] - series.low[0], 10 * std::sqrt(2.0), 1e-9);
}

TEST(AccuracyFigure, NoTwoDotsOfAStrategyShareAPlace) {
  const std::vector<record::RunRecord> runs = plausible(10);
  const Figure figure = accuracy_figure(whole(Results(runs)));
  std::vector<double> places;
  for (const Series& series : figure.panels.at(0).series) places.push_back(series.x.at(0));
  std::ranges::sort(places);
  EXPECT_EQ(std::ranges::adjacent_find(places), places.end());
  EXPECT_GT(places.front(), -0.5);
  EXPECT_LT(places.back(), 0.5);
}

TEST(AccuracyByCountFigure, ClassesOfOneCountAreAveraged) {
  std::vector<record::RunRecord> runs = plausible(4);
  runs[0].class_counts = {100, 10, 10, 1};
  for (record::CellRecord& cell : runs[0].cells) cell.test.correct = {80, 40, 20, 0};
  const Figure figure = accuracy_by_count_figure(whole(Results(runs)));
  const Series& series = series_named(figure.panels.at(0), "joint");
  EXPECT_THAT(series.x, ElementsAre(DoubleNear(1, 1e-9), DoubleNear(10, 1e-9), DoubleNear(100, 1e-9)));
  EXPECT_THAT(series.y, ElementsAre(0, 30, 80));
}

TEST(WeightNormsFigure, StandInFrontOfTheCountsWithoutNcm) {
  const std::vector<record::RunRecord> runs = plausible(10);
  const Figure figure = weight_norms_figure(whole(Results(runs)));
  ASSERT_EQ(figure.panels.size(), 4U);
  const Panel& panel = figure.panels[0];
  EXPECT_EQ(panel.series.size(), 5U);  // counts, joint, crt, tau_normalized, lws
  EXPECT_EQ(panel.series[0].side, PanelSide::right);
  EXPECT_DOUBLE_EQ(panel.series[0].y.front(), 1000);
}

TEST(TauFigure, ShowsTheSweepAndEveryChosenTau) {
  const std::vector<record::RunRecord> runs = plausible(10, 3);
  const Figure figure = tau_figure(whole(Results(runs)));
  ASSERT_EQ(figure.panels.size(), 4U);
  const Series& few = series_named(figure.panels[0], "few");
  EXPECT_EQ(few.x.size(), 21U);
  EXPECT_NEAR(few.y[20], 40, 1e-9);
  EXPECT_EQ(figure.panels[0].annotations.size(), 3U);  // 1.0, 1.1, 1.2
}

TEST(TauFigure, SaysWhenTauWasChosenOnTest) {
  std::vector<record::RunRecord> runs = plausible(10);
  const auto guide = [&runs] { return tau_figure(whole(Results(runs))).panels[0].annotations[0].label; };
  const auto tick = [&runs] { return accuracy_figure(whole(Results(runs))).panels[0].x.ticks[3].label; };
  EXPECT_EQ(guide(), "chosen");
  EXPECT_EQ(tick(), "tau_normalized");
  runs[0].test_serves_as_validation = true;
  EXPECT_EQ(guide(), "chosen on test");
  EXPECT_EQ(tick(), "tau_normalized (on test)");
}

TEST(LearningCurvesFigure, EpochsWithoutValidationHaveNoPoint) {
  std::vector<record::RunRecord> runs = plausible(10);
  runs[0].stage_1[0].training.epochs[2].validation_top1_percent = std::nan("");
  const Figure figure = learning_curves_figure(whole(Results(runs)));
  ASSERT_EQ(figure.panels.size(), 6U);  // stage 1, crt, lws
  EXPECT_EQ(series_named(figure.panels[0], "instance_balanced").x.size(), 12U);
  EXPECT_EQ(series_named(figure.panels[1], "instance_balanced").x.size(), 11U);
  EXPECT_EQ(series_named(figure.panels[1], "square_root").x.size(), 12U);
}

TEST(ReliabilityFigure, LeavesOutBinsOfFewImagesAndPoolsSeedsByImages) {
  std::vector<record::RunRecord> runs = plausible(10, 2);
  for (record::RunRecord& run : runs) {
    const bool first = run.cells.front().seed == 0;
    for (record::CellRecord& cell : run.cells) {
      cell.calibration = {{5 - (first ? 1 : 0), first ? 30 : 10}, {0.2, 0.5}, {0.1, first ? 0.4 : 0.8}, 0};
    }
  }
  const Figure figure = reliability_figure(whole(Results(runs)));
  const Series& series = series_named(figure.panels.at(0), "joint");
  EXPECT_THAT(series.x, ElementsAre(DoubleNear(50, 1e-9)));
  EXPECT_THAT(series.y, ElementsAre(DoubleNear(50, 1e-9)));  // (30 x 0.4 + 10 x 0.8) / 40
}

TEST(SpeedFigure, PhasesStandOnTopOfEachOther) {
  const std::vector<record::RunRecord> runs = plausible(10);
  const std::vector<Figure> figures = speed_of(runs);
  ASSERT_EQ(figures.size(), 1U);
  const Figure& figure = figures[0];
  EXPECT_EQ(figure.name, "speed");
  ASSERT_EQ(figure.panels.size(), 8U);
  const record::EpochRow& row = runs[0].stage_1[0].training.epochs[0];
  const Panel& phases = figure.panels[1];
  ASSERT_EQ(phases.series.size(), 4U);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(phases.series[i].low, phases.series[i - 1].high);
  EXPECT_NEAR(phases.series[3].high[0], row.step_s + row.wait_s + row.exchange_s + row.evaluation_s, 1e-9);
  EXPECT_NEAR(figure.panels[0].series[0].y[0], row.images_per_s, 1e-9);
}

TEST(SpeedFigure, TellsNumbersOfRanksApart) {
  std::vector<record::RunRecord> runs = on_one_and_two_ranks();
  const std::vector<Figure> figures = speed_of(runs);
  ASSERT_EQ(figures.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(figures[i].panels[0].series[0].y[0], runs[i].stage_1[0].training.epochs[0].images_per_s,
                1e-9);
  }
  EXPECT_THAT(figures[0].title, testing::EndsWith("; 1 rank"));
  EXPECT_THAT(figures[1].title, testing::EndsWith("; 2 ranks"));
  runs[0].environment.erase("ranks");
  EXPECT_EQ(speed_of(runs)[0].name, "speed_unknown_ranks");
}

TEST(ScalingFigure, EfficiencyIsAgainstTheFewestRanks) {
  const std::vector<record::RunRecord> runs = plausible(10, 3);
  const Figure figure = scaling_figure(Results(runs).all_runs());
  ASSERT_EQ(figure.panels.size(), 2U);
  const Series& efficiency = series_named(figure.panels[1], "measured");
  EXPECT_THAT(efficiency.x, ElementsAre(1, 2, 4));
  // The plausible rate is proportional to R / (1 + 0.05 R).
  EXPECT_THAT(efficiency.y, ElementsAre(DoubleNear(100, 1e-9), DoubleNear(100 * 1.05 / 1.1, 1e-9),
                                        DoubleNear(100 * 1.05 / 1.2, 1e-9)));
}

TEST(LearningCurvesFigure, HasWholeEpochsAsTicksAndFewOfThem) {
  const auto ticks = [](std::int64_t epochs) {
    const Results results({record::plausible_run({.classes = 10, .epochs = epochs})});
    const Figure figure = learning_curves_figure(whole(results));
    std::vector<double> at;
    for (const Tick& tick : figure.panels.at(0).x.ticks) at.push_back(tick.at);
    return at;
  };
  EXPECT_THAT(ticks(5), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(ticks(12), ElementsAre(2, 4, 6, 8, 10, 12));
  EXPECT_THAT(ticks(90), ElementsAre(20, 40, 60, 80));
}

}  // namespace
}  // namespace ltr::report
