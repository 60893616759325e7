#pragma once

namespace headrace::engine {

/// Java's StrictMath (fdlibm), whose last digits differ from the C library's here and there.
double StrictExp(double x);
double StrictLog(double x);

}  // namespace headrace::engine
