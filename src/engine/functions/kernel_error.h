#pragma once

#include <map>
#include <string>

#include "base/error.h"

namespace headrace::engine {

/// Throws what a kernel has to say in Spark's terms, as the duckdb::Exception that survives DuckDB: the condition, kind,
/// message and parameters stand in its extra info ("headrace_condition", "headrace_kind", "headrace_site",
/// "headrace_message", and "p_<parameter>" each), from which the engine rebuilds the headrace::Error with the query
/// context of the call's `site`. `message` is the text without the condition; `kind` is an ErrorKind.
[[noreturn]] void ThrowSpark(int site, const char* condition, const std::map<std::string, std::string>& parameters,
                             const std::string& message, ErrorKind kind);

/// The errors that many kernels share.
[[noreturn]] void ThrowArithmeticOverflow(int site, const std::string& what, const char* alternative = "");
[[noreturn]] void ThrowBinaryOverflow(int site, const std::string& left, const std::string& right, const char* symbol,
                                      const char* alternative);
[[noreturn]] void ThrowDivideByZero(int site);
[[noreturn]] void ThrowRemainderByZero(int site);
[[noreturn]] void ThrowDecimalOutOfRange(int site, const std::string& value, int precision, int scale);
[[noreturn]] void ThrowCastInput(int site, const std::string& expression, const char* source, const std::string& target);
[[noreturn]] void ThrowCastOverflow(int site, const std::string& value, const std::string& source, const std::string& target);
[[noreturn]] void ThrowInvalidParameter(int site, const char* subclass, const std::string& function,
                                        std::map<std::string, std::string> parameters, const std::string& message);

}  // namespace headrace::engine
