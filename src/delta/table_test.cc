#include "delta/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <utime.h>

#include <chrono>
#include <thread>

#include "delta/log_files.h"
#include "delta/maintenance.h"
#include "delta/testing/test_table.h"
#include "storage/testing/fault_store.h"

namespace headrace::delta {
namespace {

void SetTime(const std::string& path, int64_t seconds) {
  utimbuf times{static_cast<time_t>(seconds), static_cast<time_t>(seconds)};
  ASSERT_EQ(utime(path.c_str(), &times), 0);
}

/// Commits 0 to 4; commit n was written at second 1,000 + 10 n.
class HistoryTest : public testing::Test {
 protected:
  void SetUp() override {
    t_.Create();
    auto table = t_.Open();
    for (int i = 1; i <= 4; ++i) t_.Append(*table, t_.File("f" + std::to_string(i)));
    for (int i = 0; i <= 4; ++i) SetTime(t_.LogFile(CommitName(i)), 1000 + 10 * i);
  }
  TestTable t_;
};

TEST_F(HistoryTest, VersionsByNumber) {
  auto table = t_.Open();
  EXPECT_EQ(table->SnapshotAt(2)->files().size(), 2u);
  EXPECT_EQ(table->SnapshotAt(0)->files().size(), 0u);
  EXPECT_EQ(ConditionOf([&] { table->SnapshotAt(5); }), "DELTA_VERSION_NOT_FOUND");
  EXPECT_EQ(ConditionOf([&] { table->SnapshotAt(-1); }), "DELTA_VERSION_NOT_FOUND");
}

TEST_F(HistoryTest, VersionsByTime) {
  auto table = t_.Open();
  EXPECT_EQ(table->VersionAt(1000'000), 0);
  EXPECT_EQ(table->VersionAt(1019'999), 1);
  EXPECT_EQ(table->VersionAt(1040'000), 4);
  EXPECT_EQ(ConditionOf([&] { table->VersionAt(999'999); }), "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION");
  EXPECT_EQ(ConditionOf([&] { table->VersionAt(1040'001); }), "DELTA_TIMESTAMP_GREATER_THAN_COMMIT");
  EXPECT_EQ(table->VersionAt(1040'001, {.can_return_last = true, .can_return_earliest = false, .format = {}}), 4);
  EXPECT_EQ(table->VersionAt(1, {.can_return_last = false, .can_return_earliest = true, .format = {}}), 0);
}

TEST_F(HistoryTest, TimesNeverGoBack) {
  SetTime(t_.LogFile(CommitName(2)), 500);
  auto history = t_.Open()->History();
  EXPECT_EQ(history[2].timestamp_ms, 1010'001) << "one millisecond after version 1";
  EXPECT_EQ(t_.Open()->VersionAt(1010'001), 2);
}

TEST_F(HistoryTest, AGapIsNamed) {
  std::filesystem::remove(t_.LogFile(CommitName(2)));
  EXPECT_EQ(ConditionOf([&] { t_.Open()->Update(); }), "DELTA_VERSIONS_NOT_CONTIGUOUS");
}

TEST_F(HistoryTest, ABrokenCommitIsNamed) {
  storage::LocalStore().Put(t_.LogFile(CommitName(3)), "{\"add\":{\"path\":");
  try {
    t_.Open()->Update();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.condition(), "DELTA_LOG_CORRUPTED");
    EXPECT_THAT(error.message(), testing::HasSubstr("00000000000000000003.json"));
  }
}

TEST_F(HistoryTest, CheckpointsStandForCommits) {
  auto table = t_.Open();
  table->Checkpoint(*table->SnapshotAt(3));
  for (int i = 0; i <= 3; ++i) std::filesystem::remove(t_.LogFile(CommitName(i)));
  auto fresh = t_.Open();
  auto snapshot = fresh->Update();
  EXPECT_EQ(snapshot->version(), 4);
  EXPECT_EQ(snapshot->checkpoint_version(), 3);
  EXPECT_EQ(snapshot->files().size(), 4u);
  EXPECT_EQ(snapshot->FindFile("f1")->stats, table->Update()->FindFile("f1")->stats);
  EXPECT_EQ(snapshot->metadata(), table->Update()->metadata());
  EXPECT_EQ(snapshot->protocol(), table->Update()->protocol());
  EXPECT_EQ(fresh->SnapshotAt(3)->files().size(), 3u);
  EXPECT_EQ(fresh->Versions().earliest, 3);
  EXPECT_EQ(ConditionOf([&] { fresh->SnapshotAt(1); }), "DELTA_VERSION_NOT_FOUND");
}

TEST_F(HistoryTest, ACutCheckpointIsPassedOver) {
  auto clock = std::make_shared<ManualClock>(int64_t{2000} * 1000000);  // Nothing has expired yet.
  auto table = t_.Open(std::make_shared<storage::LocalStore>(), clock);
  table->Checkpoint(*table->Update());
  std::string whole = storage::LocalStore().Read(t_.LogFile(CheckpointName(4)));
  storage::LocalStore().Put(t_.LogFile(CheckpointName(4)), whole.substr(0, whole.size() / 2));
  EXPECT_EQ(t_.Open()->Update()->files().size(), 4u);
  storage::LocalStore().Put(t_.LogFile("_last_checkpoint"), "no json");
  EXPECT_EQ(t_.Open()->Update()->files().size(), 4u);
}

TEST_F(HistoryTest, ExpiredCommitsGoOnceACheckpointStandsForThem) {
  auto table = t_.Open();
  table->Checkpoint(*table->SnapshotAt(2));  // Commits are of 1970: all expired.
  EXPECT_FALSE(std::filesystem::exists(t_.LogFile(CommitName(1))));
  EXPECT_TRUE(std::filesystem::exists(t_.LogFile(CommitName(2))));
  EXPECT_EQ(t_.Open()->Update()->files().size(), 4u);
}

TEST(TableTest, EverythingSurvivesACheckpoint) {
  TestTable t;
  t.Create({{"delta.enableDeletionVectors", "true"}, {"delta.feature.domainMetadata", "supported"}}, {"day"});
  auto table = t.Open();
  Transaction txn = table->Begin();
  AddFile add = t.File("a", 0, 9, "x y");
  add.path = "day=x%20y/a";
  add.tags = std::map<std::string, std::string>{{"k", "v"}};
  add.deletion_vector = {
      .storage_type = "i", .path_or_inline = "abc", .offset = {}, .size_in_bytes = 3, .cardinality = 2, .max_row_index = {}};
  txn.Add(add);
  AddFile null_day = t.File("n");
  null_day.partition_values["day"] = std::nullopt;
  txn.Add(null_day);
  txn.Add(t.File("gone"));
  txn.SetTransactionVersion("app", 7);
  txn.SetDomain({"d", "{\"x\":1}", false});
  txn.Commit(TestTable::Write());
  Transaction second = table->Begin();
  second.Remove(*second.snapshot()->FindFile("gone"));
  second.Commit(TestTable::Write());
  auto before = table->Update();
  table->Checkpoint(*before);
  std::filesystem::remove(t.LogFile(CommitName(0)));
  auto after = t.Open()->Update();
  EXPECT_EQ(after->checkpoint_version(), 2);
  ASSERT_EQ(after->files().size(), 2u);
  FileRef file = after->FindFile(add.Key());
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->deletion_vector, add.deletion_vector);
  EXPECT_EQ(file->tags, add.tags);
  EXPECT_EQ(after->AbsolutePath(file->path), t.root() + "/day=x y/a");
  EXPECT_TRUE(after->FindFile("n")->partition_values.at("day") == std::nullopt);
  EXPECT_EQ(after->tombstones().size(), 1u);
  EXPECT_EQ(after->tombstones().begin()->second->path, "gone");
  EXPECT_EQ(after->transactions().at("app").version, 7);
  EXPECT_EQ(after->domains(), before->domains());
  EXPECT_EQ(after->protocol(), before->protocol());
}

TEST(TableTest, UpdateReadsOnlyWhatIsNew) {
  TestTable t;
  t.Create();
  auto store = std::make_shared<storage::FaultStore>(std::make_shared<storage::LocalStore>());
  auto reader = t.Open(store);
  auto writer = t.Open();
  for (int i = 0; i < 5; ++i) t.Append(*writer, t.File(std::to_string(i)));
  reader->Update();
  int reads = store->Calls("Read");
  t.Append(*writer, t.File("new"));
  EXPECT_EQ(reader->Update()->files().size(), 6u);
  EXPECT_EQ(store->Calls("Read"), reads + 1);
  reader->Update();
  EXPECT_EQ(store->Calls("Read"), reads + 1);
  EXPECT_EQ(store->Calls("List"), 1);
}

TEST(TableTest, ATableMadeAnewIsNoticed) {
  TestTable t;
  t.Create();
  auto table = t.Open();
  t.Append(*table, t.File("a"));
  std::filesystem::remove_all(t.root() + "/_delta_log");
  EXPECT_EQ(table->UpdateIfExists(), nullptr);
  EXPECT_EQ(ConditionOf([&] { table->Update(); }), "DELTA_TABLE_NOT_FOUND");
  t.Create();
  EXPECT_EQ(table->Update()->version(), 0);
  EXPECT_TRUE(table->Update()->files().empty());
}

TEST(TableTest, AThousandFilesPrune) {
  TestTable t;
  t.Create();
  auto table = t.Open();
  Transaction txn = table->Begin();
  for (int i = 0; i < 1000; ++i) txn.Add(t.File("f" + std::to_string(i), i * 10, i * 10 + 9));
  txn.Commit(TestTable::Write());
  auto snapshot = table->Update();
  using P = Predicate;
  EXPECT_EQ(snapshot->Prune(P::Compare(P::Op::kEqual, {"ID"}, int64_t{5005})).size(), 1u);
  EXPECT_EQ(snapshot->Prune(P::Compare(P::Op::kLess, {"id"}, int64_t{100})).size(), 10u);
  EXPECT_EQ(snapshot->Prune(P::Unknown()).size(), 1000u);
}

TEST(MaintenanceTest, VacuumKeepsWhatIsNeeded) {
  TestTable t;
  t.Create();
  auto table = t.Open();
  t.Append(*table, t.File("active"));
  t.Append(*table, t.File("removed"));
  Transaction txn = table->Begin();
  txn.Remove(*txn.snapshot()->FindFile("removed"));
  txn.Commit(TestTable::Write());
  t.File("orphan");
  t.File("old/orphan");
  for (const char* name : {"active", "removed", "orphan", "old/orphan"}) SetTime(t.root() + "/" + name, 1000);
  t.File("young-orphan");
  EXPECT_EQ(ConditionOf([&] { PlanVacuum(*table, 0); }), "DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT");
  EXPECT_EQ(ConditionOf([&] { PlanVacuum(*table, -1); }), "DELTA_VACUUM_RETENTION_PERIOD_NEGATIVE");
  auto plan = PlanVacuum(*table, std::nullopt);
  EXPECT_THAT(plan.files, testing::ElementsAre(t.root() + "/old/orphan", t.root() + "/orphan")) << "the tombstone is young";
  EXPECT_TRUE(std::filesystem::exists(t.root() + "/orphan")) << "a plan deletes nothing";
  EXPECT_EQ(RunVacuum(*table, plan), 2);
  EXPECT_FALSE(std::filesystem::exists(t.root() + "/old"));
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  auto all = PlanVacuum(*table, 0, false);
  EXPECT_THAT(all.files, testing::ElementsAre(t.root() + "/removed", t.root() + "/young-orphan"));
}

TEST(MaintenanceTest, RestoreBringsBackWhatWasThere) {
  TestTable t;
  t.Create();
  auto table = t.Open();
  t.Append(*table, t.File("a"));
  Transaction replace = table->Begin();
  replace.Remove(*replace.snapshot()->FindFile("a"));
  replace.Add(t.File("b"));
  replace.Commit(TestTable::Write());
  auto plan = PlanRestore(*table, *table->Update(), *table->SnapshotAt(1));
  ASSERT_EQ(plan.adds.size(), 1u);
  EXPECT_EQ(plan.adds[0].path, "a");
  EXPECT_EQ(plan.removes[0].path, "b");
  EXPECT_EQ(plan.metrics.at("numRestoredFiles"), "1");
  std::filesystem::remove(t.root() + "/a");
  EXPECT_EQ(ConditionOf([&] { PlanRestore(*table, *table->Update(), *table->SnapshotAt(1)); }),
            "DELTA_RESTORE_MISSED_DATA_FILES");
  EXPECT_EQ(PlanRestore(*table, *table->Update(), *table->SnapshotAt(1), true).adds.size(), 1u);
}

TEST(MaintenanceTest, OptimizePacksByPartition) {
  TestTable t;
  t.Create({}, {"day"});
  auto table = t.Open();
  Transaction txn = table->Begin();
  for (int i = 0; i < 5; ++i) txn.Add(t.File("x" + std::to_string(i), 0, 9, "1"));
  txn.Add(t.File("y", 0, 9, "2"));
  txn.Commit(TestTable::Write());
  auto bins = PlanOptimize(*table->Update(), Predicate::True(), {.min_file_size = 100, .max_file_size = 8});
  ASSERT_EQ(bins.size(), 2u) << "five files of four bytes in bins of eight: two pairs, the rest alone";
  EXPECT_EQ(bins[0].files.size(), 2u);
  EXPECT_EQ(bins[0].partition_values.at("day"), "1");
  auto predicate = Predicate::Compare(Predicate::Op::kEqual, {"id"}, int64_t{1});
  EXPECT_EQ(ConditionOf([&] { PlanOptimize(*table->Update(), predicate); }), "DELTA_UNSUPPORTED_OPTIMIZE_PREDICATE");
}

}  // namespace
}  // namespace headrace::delta
