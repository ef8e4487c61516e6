// SPDX-License-Identifier: Apache-2.0
#include "grid/placement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "message_of.hpp"

namespace ltr::grid {
namespace {

using config::DeviceKind;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

config::Parallel asking_for(DeviceKind device, bool share = false) {
  config::Parallel parallel;
  parallel.device = device;
  parallel.share_gpus = share;
  return parallel;
}

std::string refusal(const config::Parallel& parallel, const std::vector<RankDescription>& ranks) {
  return test::message_of<base::ConfigError>([&] { return choose_gpus(parallel, ranks); });
}

RankDescription seeing(const std::string& host, int local_rank, const std::vector<std::string>& bus_ids) {
  RankDescription rank{.host = host, .local_rank = local_rank};
  for (const std::string& bus_id : bus_ids) rank.gpus.push_back({.description = "GPU", .bus_id = bus_id});
  return rank;
}

RankDescription blind(const std::string& host, int local_rank, std::string why_none) {
  return {.host = host, .local_rank = local_rank, .why_no_gpu = std::move(why_none)};
}

const std::vector<RankDescription> kTwoHostsOfTwo{seeing("a", 0, {"1", "2"}), seeing("a", 1, {"1", "2"}),
                                                  seeing("b", 0, {"1", "2"}), seeing("b", 1, {"1", "2"})};
const std::vector<RankDescription> kBlind{blind("a", 0, "driver too old for CUDA 13.0"),
                                          blind("a", 1, "no driver")};
const std::vector<RankDescription> kTwoOnOne{seeing("a", 0, {"1"}), seeing("a", 1, {"1"})};

TEST(GpuChoice, IsThatOfTheLocalRank) {
  for (const DeviceKind device : {DeviceKind::automatic, DeviceKind::cuda}) {
    EXPECT_THAT(choose_gpus(asking_for(device), kTwoHostsOfTwo).gpus, ElementsAre(0, 1, 0, 1));
    // Each rank is shown another one.
    EXPECT_THAT(choose_gpus(asking_for(device), {seeing("a", 0, {"1"}), seeing("a", 1, {"2"})}).gpus,
                ElementsAre(0, 0));
  }
}

TEST(GpuChoice, IsTheProcessorWhereThatIsAskedForOrThereAreNoGpus) {
  EXPECT_THAT(choose_gpus(asking_for(DeviceKind::cpu), kTwoHostsOfTwo).gpus, IsEmpty());
  EXPECT_THAT(choose_gpus(asking_for(DeviceKind::automatic), kBlind).gpus, IsEmpty());
}

TEST(GpuChoice, RefusesWhenGpusAreAskedForAndThereAreNone) {
  EXPECT_THAT(
      refusal(asking_for(DeviceKind::cuda), kBlind),
      AllOf(
          HasSubstr("parallel.device = \"cuda\", but rank 0 on a sees no GPU: driver too old for CUDA 13.0"),
          HasSubstr("--gpus-per-task=1")));
}

TEST(GpuChoice, NamesTheBlindRanksOwnReasonWhereOthersSeeGpus) {
  EXPECT_THAT(refusal(asking_for(DeviceKind::automatic), {seeing("a", 0, {"1"}), blind("b", 0, "no driver")}),
              HasSubstr("rank 1 on b sees no GPU, while others do: no driver"));
}

TEST(GpuChoice, RefusesRanksThatWouldShareAGpuUnasked) {
  EXPECT_THAT(refusal(asking_for(DeviceKind::automatic), kTwoOnOne),
              AllOf(HasSubstr("ranks 0 and 1 on a would both compute on the GPU at 1 (1 visible to each)"),
                    HasSubstr("parallel.share_gpus = true")));
  EXPECT_THAT(choose_gpus(asking_for(DeviceKind::automatic, /*share=*/true), kTwoOnOne).gpus,
              ElementsAre(0, 0));
  const std::vector<RankDescription> three{seeing("a", 0, {"1", "2"}), seeing("a", 1, {"1", "2"}),
                                           seeing("a", 2, {"1", "2"})};
  EXPECT_THAT(refusal(asking_for(DeviceKind::cuda), three), HasSubstr("ranks 0 and 2 on a"));
  EXPECT_THAT(choose_gpus(asking_for(DeviceKind::cuda, /*share=*/true), three).gpus, ElementsAre(0, 1, 0));
}

TEST(GpuChoice, RefusesWhatOnlyGpusCanDoWhereThereAreNone) {
  config::Parallel parallel = asking_for(DeviceKind::automatic);
  parallel.precision = config::Precision::tf32;
  EXPECT_THAT(refusal(parallel, kBlind),
              AllOf(HasSubstr("parallel.precision = \"tf32\", which only a GPU can do"),
                    HasSubstr("driver too old")));
  parallel = asking_for(DeviceKind::automatic);
  parallel.exchange = config::ExchangeKind::nccl;
  EXPECT_THAT(refusal(parallel, kBlind), HasSubstr("parallel.exchange = \"nccl\""));
  parallel = asking_for(DeviceKind::automatic);
  parallel.autotune = true;
  EXPECT_THAT(refusal(parallel, kBlind), HasSubstr("parallel.autotune = true"));
  parallel = asking_for(DeviceKind::automatic);
  parallel.cuda_graph = true;
  EXPECT_THAT(refusal(parallel, kBlind), HasSubstr("parallel.cuda_graph = true"));
  parallel.precision = config::Precision::bfloat16;
  parallel.cuda_graph = false;
  EXPECT_EQ(refusal(parallel, kBlind), "accepted");
}

TEST(GpuChoice, TakesNcclWhereEveryRankHasAGpuToItself) {
  config::Parallel parallel = asking_for(DeviceKind::automatic, /*share=*/true);
  EXPECT_EQ(choose_gpus(parallel, kTwoHostsOfTwo).transport, comm::Transport::nccl);
  EXPECT_EQ(choose_gpus(parallel, kTwoOnOne).transport, comm::Transport::mpi);
  EXPECT_EQ(choose_gpus(parallel, kBlind).transport, comm::Transport::mpi);
  parallel.exchange = config::ExchangeKind::mpi;
  EXPECT_EQ(choose_gpus(parallel, kTwoHostsOfTwo).transport, comm::Transport::mpi);
}

TEST(GpuChoice, RecordsNoGraphAcrossMessagesOverMpi) {
  config::Parallel parallel = asking_for(DeviceKind::automatic, /*share=*/true);
  parallel.cuda_graph = true;
  EXPECT_THAT(refusal(parallel, kTwoOnOne), HasSubstr("share a GPU exchange gradients over MPI"));
  EXPECT_EQ(refusal(parallel, kTwoHostsOfTwo), "accepted");
  EXPECT_EQ(refusal(parallel, {seeing("a", 0, {"1"})}), "accepted");
}

}  // namespace
}  // namespace ltr::grid
