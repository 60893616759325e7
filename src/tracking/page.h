#pragma once

#include <string>
#include <vector>

#include "metastore/metastore.h"
#include "tracking/entities.h"
#include "tracking/filter.h"

namespace headrace::tracking {

/// Where a page begins and how long it may be.
struct PageRange {
  int64_t max_results = 0;
  const std::string& page_token;
};

/// Reads one page of a search. `sql` ends in "LIMIT ? OFFSET ?", and `parameters` are those that stand before. `read` makes an
/// item of a connection and a row; `finish` completes all the items at once, in the same transaction. Throws
/// INVALID_PARAMETER_VALUE for a token that is none.
template <typename Item, typename Read, typename Finish>
Page<Item> ReadPage(metastore::Metastore& store, const std::string& sql, const std::vector<metastore::Value>& parameters,
                    const PageRange& range, Read read, Finish finish) {
  const int64_t offset = OffsetOfPageToken(range.page_token);
  return store.Read([&](metastore::Connection& connection) {
    metastore::Statement rows = connection.Prepare(sql);
    for (const auto& parameter : parameters) rows.Add(parameter);
    rows.Add(range.max_results + 1).Add(offset);
    Page<Item> page;
    while (rows.Step()) {
      if (static_cast<int64_t>(page.items.size()) == range.max_results) {
        page.next_page_token = PageTokenOf(offset + range.max_results);
        break;
      }
      page.items.push_back(read(connection, rows));
    }
    finish(connection, page.items);
    return page;
  });
}

/// The same where each item is whole by itself.
template <typename Item, typename Read>
Page<Item> ReadPage(metastore::Metastore& store, const std::string& sql, const std::vector<metastore::Value>& parameters,
                    const PageRange& range, Read read) {
  return ReadPage<Item>(store, sql, parameters, range, std::move(read), [](metastore::Connection&, std::vector<Item>&) {});
}

}  // namespace headrace::tracking
