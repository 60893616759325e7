#include "base/settings.h"

#include <gmock/gmock.h>

#include "base/cancellation.h"
#include "base/error.h"

namespace headrace {
namespace {

TEST(SettingsTest, NamesAreUniqueAndDefaultsHaveTheirType) {
  std::string_view last;
  for (const auto& setting : DeclaredSettings()) {
    EXPECT_NE(setting.name, last);
    last = setting.name;
    if (!setting.has_default || setting.is_static) continue;
    SessionConf conf;
    EXPECT_NO_THROW(conf.Set(std::string(setting.name), std::string(setting.default_value))) << setting.name;
    EXPECT_EQ(conf.Get(std::string(setting.name)), setting.default_value);
  }
}

TEST(SettingsTest, SessionOverServerOverDefault) {
  auto server = std::make_shared<SettingValues>(SettingValues{{"spark.sql.session.timeZone", "Europe/Berlin"}});
  SessionConf conf(server);
  EXPECT_EQ(conf.Get("spark.sql.session.timeZone"), "Europe/Berlin");
  conf.Set("spark.sql.session.timeZone", "Asia/Tokyo");
  SessionConf copy = conf;
  EXPECT_EQ(copy.Get("spark.sql.session.timeZone"), "Asia/Tokyo");
  conf.Unset("spark.sql.session.timeZone");
  EXPECT_EQ(conf.Get("spark.sql.session.timeZone"), "Europe/Berlin");
  EXPECT_EQ(copy.Get("spark.sql.session.timeZone"), "Asia/Tokyo");
  EXPECT_EQ(conf.Find("spark.my.own"), std::nullopt);
  conf.Set("spark.my.own", "x");
  EXPECT_EQ(conf.Get("spark.my.own"), "x");
}

std::string ConditionOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.condition();
  }
  return "no error";
}

TEST(SettingsTest, RefusesWithSparksConditions) {
  SessionConf conf;
  EXPECT_EQ(ConditionOf([&] { conf.Set("spark.sql.ansi.enabled", "yes"); }), "INVALID_CONF_VALUE.TYPE_MISMATCH");
  EXPECT_EQ(ConditionOf([&] { conf.Set("spark.sql.storeAssignmentPolicy", "lax"); }),
            "INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS");
  EXPECT_EQ(ConditionOf([&] { conf.Set("spark.sql.warehouse.dir", "/x"); }), "CANNOT_MODIFY_STATIC_CONFIG");
  EXPECT_EQ(ConditionOf([&] { conf.Get("spark.sql.nothing"); }), "SQL_CONF_NOT_FOUND");
  conf.Set("spark.sql.storeAssignmentPolicy", "legacy");
  EXPECT_EQ(conf.Get("spark.sql.storeAssignmentPolicy"), "LEGACY");
}

TEST(SettingsTest, SizesAndDurations) {
  EXPECT_EQ(ParseByteSize("64MB"), 64 << 20);
  EXPECT_EQ(ParseByteSize("7"), 7);
  EXPECT_EQ(ParseByteSize("7 parsecs"), std::nullopt);
  EXPECT_EQ(ParseDurationMillis("2m"), 120000);
  EXPECT_EQ(ParseDurationMillis("x"), std::nullopt);
}

TEST(CancellationTest, CallbacksRunOnceAndOnlyWhileRegistered) {
  CancellationToken token;
  int first = 0, second = 0, late = 0;
  auto kept = token.OnCancel([&] { ++first; });
  {
    auto dropped = token.OnCancel([&] { ++second; });
  }
  EXPECT_NO_THROW(token.ThrowIfCancelled());
  token.Cancel();
  token.Cancel();
  auto after = token.OnCancel([&] { ++late; });
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 0);
  EXPECT_EQ(late, 1);
  EXPECT_THROW(token.ThrowIfCancelled(), Error);
}

}  // namespace
}  // namespace headrace
