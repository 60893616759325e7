#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "plan/expression.h"

namespace headrace::engine {

/// A SQL variable of a session.
struct Variable {
  std::string name;  ///< As it was declared.
  plan::DataType type;
  plan::Value value;
  plan::ExpressionPtr default_value;  ///< What SET v = DEFAULT evaluates; null stands for NULL.
};

/// A session's variables by case-insensitive name. Thread-safe.
class SessionVariables {
 public:
  std::shared_ptr<const Variable> Find(const std::string& name) const;
  void Put(std::shared_ptr<const Variable> variable);
  bool Drop(const std::string& name);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Variable>> variables_;
};

}  // namespace headrace::engine
