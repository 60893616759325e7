#include "metastore/metastore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "base/error.h"

namespace headrace::metastore {
namespace {

class MetastoreTest : public ::testing::Test {
 protected:
  MetastoreTest() {
    char name[] = "/tmp/metastore_testXXXXXX";
    folder_ = mkdtemp(name);
  }
  ~MetastoreTest() override { std::filesystem::remove_all(folder_); }
  MetastoreOptions Options() const { return {.path = folder_ + "/meta.db"}; }
  std::string folder_;
};

const std::vector<Metastore::Migration> kSteps = {"CREATE TABLE item (id TEXT PRIMARY KEY, n BIGINT, x DOUBLE PRECISION)"};

int64_t Count(Metastore& store) {
  return store.Read([](Connection& connection) {
    Statement query = connection.Query("SELECT count(*) FROM item");
    query.Step();
    return query.Int64(0);
  });
}

TEST_F(MetastoreTest, KeepsValuesOfEveryType) {
  Metastore store(Options());
  store.Migrate("test", kSteps);
  store.Write([](Connection& connection) {
    connection.Run("INSERT INTO item VALUES (?, ?, ?)", "a", 7, 1.5);
    connection.Run("INSERT INTO item VALUES (?, ?, ?)", std::string("b\0c", 3), nullptr, std::optional<double>());
  });
  store.Read([](Connection& connection) {
    Statement query = connection.Query("SELECT id, n, x FROM item ORDER BY id");
    ASSERT_TRUE(query.Step());
    EXPECT_EQ(query.Text(0), "a");
    EXPECT_EQ(query.Int64(1), 7);
    EXPECT_EQ(query.Double(2), 1.5);
    ASSERT_TRUE(query.Step());
    EXPECT_EQ(query.Text(0), std::string("b\0c", 3));
    EXPECT_TRUE(query.IsNull(1));
    EXPECT_TRUE(query.IsNull(2));
    EXPECT_FALSE(query.Step());
  });
}

TEST_F(MetastoreTest, MigratesOnceAndRefusesTheFuture) {
  {
    Metastore store(Options());
    store.Migrate("test", kSteps);
    store.Migrate("test", kSteps);
    store.Write([](Connection& connection) { connection.Run("INSERT INTO item VALUES ('a', 1, 1.0)"); });
  }
  Metastore store(Options());
  auto more = kSteps;
  more.emplace_back([](Connection& connection) { connection.Run("UPDATE item SET n = n + 1"); });
  store.Migrate("test", more);
  store.Migrate("test", more);
  store.Read([](Connection& connection) {
    Statement query = connection.Query("SELECT n FROM item");
    ASSERT_TRUE(query.Step());
    EXPECT_EQ(query.Int64(0), 2);
  });
  EXPECT_THROW(store.Migrate("test", kSteps), Error);
}

TEST_F(MetastoreTest, AFailedMigrationLeavesNothing) {
  Metastore store(Options());
  auto broken = kSteps;
  broken.emplace_back("CREATE TABLE second (id TEXT); INSERT INTO nowhere VALUES (1)");
  EXPECT_THROW(store.Migrate("test", broken), Error);
  auto mended = kSteps;
  mended.emplace_back("CREATE TABLE second (id TEXT)");
  store.Migrate("test", mended);
}

TEST_F(MetastoreTest, AFailedWriteLeavesNothingAndItsErrorIsTyped) {
  Metastore store(Options());
  store.Migrate("test", kSteps);
  auto insert_twice = [](Connection& connection) {
    connection.Run("INSERT INTO item VALUES ('a', 1, 1.0)");
    connection.Run("INSERT INTO item VALUES ('a', 2, 2.0)");
  };
  try {
    store.Write(insert_twice);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kAlreadyExists);
  }
  EXPECT_EQ(Count(store), 0);
  EXPECT_THROW(store.Read([](Connection& connection) { connection.Run("DELETE FROM item"); }), Error);
}

TEST_F(MetastoreTest, WritersTogetherEachSucceedOrFailAlone) {
  Metastore store(Options());
  store.Migrate("test", kSteps);
  constexpr int kThreads = 8, kWrites = 50;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kWrites; ++i) {
        try {
          store.Write([&](Connection& connection) {
            connection.Run("INSERT INTO item VALUES (?, ?, 0.0)", std::to_string(t) + "/" + std::to_string(i), i);
            if (i % 5 == 0) throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "no");
          });
        } catch (const Error&) {
          ++failed;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failed, kThreads * kWrites / 5);
  EXPECT_EQ(Count(store), kThreads * kWrites * 4 / 5);
}

TEST_F(MetastoreTest, OneStatementCanBeOpenTwice) {
  Metastore store(Options());
  store.Migrate("test", kSteps);
  store.Write([](Connection& connection) {
    for (int i = 0; i < 3; ++i) connection.Run("INSERT INTO item VALUES (?, ?, 0.0)", std::to_string(i), i);
    Statement outer = connection.Query("SELECT n FROM item ORDER BY n");
    int pairs = 0;
    while (outer.Step()) {
      Statement inner = connection.Query("SELECT n FROM item ORDER BY n");
      while (inner.Step()) ++pairs;
    }
    EXPECT_EQ(pairs, 9);
  });
}

}  // namespace
}  // namespace headrace::metastore
