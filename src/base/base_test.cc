#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/thread_share.h"
#include "base/utf8.h"
#include "base/yielding.h"

namespace headrace {
namespace {

TEST(ErrorTest, SparkMessageHasConditionAndState) {
  Error error(ErrorKind::kArithmetic, "DIVIDE_BY_ZERO", "Division by zero.");
  EXPECT_EQ(error.sqlstate(), "22012");
  EXPECT_STREQ(error.what(), "[DIVIDE_BY_ZERO] Division by zero. SQLSTATE: 22012");
}

TEST(ErrorTest, SubclassHasTheStateOfItsCondition) {
  EXPECT_EQ(SqlStateOf("UNRESOLVED_COLUMN.WITH_SUGGESTION"), "42703");
  EXPECT_EQ(SqlStateOf("NO_SUCH_CONDITION"), "");
}

TEST(IdsTest, UuidHasVersionAndVariant) {
  std::string id = NewUuid();
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id[14], '4');
  EXPECT_THAT(std::string("89ab"), testing::HasSubstr(id.substr(19, 1)));
  EXPECT_NE(NewHexId(), NewHexId());
}

TEST(JsonTest, BrokenTextNamesThePlace) {
  EXPECT_EQ(ParseJson("{\"a\": 1}").at("a").as_int64(), 1);
  EXPECT_THROW(ParseJson("{\"a\": 1"), Error);
  EXPECT_THROW(ParseJson("{} x"), Error);
}

TEST(AvailableMemoryTest, TheLeastLimitOfAllControlGroupsCounts) {
  namespace fs = std::filesystem;
  fs::path mount = fs::path(testing::TempDir()) / ("cgroup." + NewHexId());
  auto write = [&](const fs::path& file, const char* text) {
    fs::create_directories((mount / file).parent_path());
    std::ofstream(mount / file) << text << "\n";
  };
  write("of_process", "9:memory:/a/b\n0::/c/d");
  std::string file = (mount / "of_process").string();
  EXPECT_EQ(ControlGroupLimit(file, mount.string()), -1);
  write("memory/a/memory.limit_in_bytes", "3000");
  write("memory/a/b/memory.limit_in_bytes", "9223372036854771712");  // No limit, as version 1 writes it.
  EXPECT_EQ(ControlGroupLimit(file, mount.string()), 3000);
  write("c/d/memory.max", "max");
  write("c/memory.max", "2000");
  write("memory.max", "2500");
  EXPECT_EQ(ControlGroupLimit(file, mount.string()), 2000);
  fs::remove_all(mount);
}

TEST(Utf8Test, BytesThatAreNoCharacterAreReplacedOneByOne) {
  const std::string good = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
  EXPECT_TRUE(IsValidUtf8(good));
  EXPECT_EQ(ReplaceInvalidUtf8(good), good);
  // A lone continuation, an overlong slash, a surrogate, a number beyond the last character, a cut one.
  for (const std::string bad : {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    EXPECT_FALSE(IsValidUtf8(bad));
    std::string replaced = "a";
    for (size_t i = 0; i < bad.size(); ++i) replaced += "\xEF\xBF\xBD";
    EXPECT_EQ(ReplaceInvalidUtf8("a" + bad + "z"), replaced + "z");
  }
}

/// Uses the processor for a while.
void Work(std::chrono::milliseconds time) {
  const auto used = [] {
    timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  };
  for (const auto end = used() + time; used() < end;) {
  }
}

TEST(ThreadShareTest, ChangesOnceTheTimeIsUsed) {
  std::thread([] {
    int before = ThreadNice();
    ThreadShare later{19, std::chrono::microseconds(1000)};
    ASSERT_LT(before, later.nice);
    ShareAfter after(later, std::chrono::milliseconds(5));
    after.Arm();
    after.Disarm();
    Work(std::chrono::milliseconds(60));
    EXPECT_EQ(ThreadNice(), before);
    after.Arm();
    std::this_thread::sleep_for(std::chrono::milliseconds(60));  // Waiting uses nothing.
    EXPECT_EQ(ThreadNice(), before);
    Work(std::chrono::milliseconds(60));
    EXPECT_EQ(ThreadNice(), later.nice);
  }).join();
}

TEST(YieldingTest, BusyThreadsOfTheEngineYieldWhileRequestsCome) {
  std::atomic<bool> stop{false};
  std::thread engine([&] {
    SetThreadShare(kEngineShare);
    while (!stop) Work(std::chrono::milliseconds(1));
  });
  {
    Yielding yielding;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_EQ(Yielding::Count(), 0u);  // There was no request.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (Yielding::Count() < 10 && std::chrono::steady_clock::now() < deadline) {
      yielding.RequestCame();
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    EXPECT_GE(Yielding::Count(), 10u);
  }
  const uint64_t after = Yielding::Count();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_LE(Yielding::Count(), after + 1);  // One signal may have been on its way.
  stop = true;
  engine.join();
}

}  // namespace
}  // namespace headrace
