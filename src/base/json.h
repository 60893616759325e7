#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace headrace {

namespace json = boost::json;

/// Parses one JSON document; throws Error(kInvalidParameter, "MALFORMED_REQUEST") that says where it is broken.
json::value ParseJson(std::string_view text);

}  // namespace headrace
