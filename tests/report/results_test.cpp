// SPDX-License-Identifier: Apache-2.0
#include "report/results.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "own_folder.hpp"
#include "report/plausible_run.hpp"
#include "report/sample_runs.hpp"

namespace ltr::report {
namespace {
namespace fs = std::filesystem;

TEST(PublicSets, AreRecognisedByListOrElseBySize) {
  record::RunRecord run = imagenet_run(0);
  ASSERT_NE(public_set_of(run), nullptr);
  EXPECT_EQ(public_set_of(run)->name, "imagenet_lt");
  run.data_hashes.clear();
  EXPECT_EQ(public_set_of(run), nullptr);
  run.class_counts.assign(365, 1);
  run.class_counts[0] = 62'500 - 364;
  ASSERT_NE(public_set_of(run), nullptr);
  EXPECT_EQ(public_set_of(run)->name, "places_lt");
  run.class_counts[0] += 1;
  EXPECT_EQ(public_set_of(run), nullptr);
}

class ReadResults : public test::OwnFolder {
 protected:
  static std::string failure_of(const std::vector<std::string>& paths) {
    try {
      std::vector<std::string> notes;
      (void)read_results(paths, notes);
    } catch (const base::Error& error) {
      return error.what();
    }
    return "nothing was thrown";
  }
};

TEST_F(ReadResults, TakeAFileOnceWhateverPathsLeadToIt) {
  const std::string file = path("a.h5");
  record::write_run(record::plausible_run({}), file);
  fs::create_hard_link(file, path("hard.h5"));
  fs::create_symlink("a.h5", path("soft.h5"));
  fs::copy_file(file, path("copy.h5"));
  const std::string relative = fs::relative(file);
  std::vector<std::string> notes;
  const Results results = read_results(
      std::vector<std::string>{file, relative, path("hard.h5"), path("soft.h5"), path("copy.h5"), file},
      notes);
  ASSERT_EQ(results.runs().size(), 2U);
  EXPECT_EQ(results.runs()[0].name, "1 (" + file + ")");
  EXPECT_EQ(results.runs()[1].name, "2 (" + path("copy.h5").string() + ")");
  ASSERT_EQ(notes.size(), 4U);
  EXPECT_EQ(notes[0], file + " and " + relative + " are the same file, which is read once");
}

TEST_F(ReadResults, RefuseFoldersAndPipesWithoutWaiting) {
  EXPECT_TRUE(has(failure_of({folder()}), " is a folder, and a record is one file"))
      << failure_of({folder()});
  const std::string pipe = path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_TRUE(has(failure_of({pipe}), " is no regular file, and a record is one file"));
  EXPECT_TRUE(has(failure_of({path("absent.h5")}), "absent.h5"));
}

}  // namespace
}  // namespace ltr::report
