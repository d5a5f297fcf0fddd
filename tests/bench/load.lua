-- SPDX-License-Identifier: ISC
-- wrk -s load.lua URL -- FILE START DELAY
-- Sends the request in FILE, head and body. Each ############ in it becomes a number of twelve
-- digits, which is another one in each request and counts from START. If DELAY is not 0, a
-- connection waits 0 to DELAY ms before each request. At the end it prints a line of JSON.

local function split(text, mark)
    local pieces, from = {}, 1
    while true do
        local at, last = text:find(mark, from, true)
        pieces[#pieces + 1] = text:sub(from, (at or 0) - 1)
        if not at then return pieces end
        from = last + 1
    end
end

function init(args)
    local file = assert(io.open(args[1], "rb"))
    local pieces = split(file:read("*a"), ("#"):rep(12))
    local serial, longest = tonumber(args[2]), tonumber(args[3])
    file:close()
    if #pieces == 1 then
        wrk.format = function() return pieces[1] end -- wrk asks once, then sends without Lua
    else
        function request()
            serial = serial + 1
            return table.concat(pieces, ("%012d"):format(serial))
        end
    end
    if longest > 0 then
        function delay() return math.random(0, longest) end
    end
end

function done(summary, latency)
    local e = summary.errors
    local errors = e.connect + e.read + e.write + e.status + e.timeout
    io.write(('{"requests":%d,"seconds":%f,"errors":%d,"p50":%d,"p99":%d}\n'):format(
        summary.requests, summary.duration / 1e6, errors, latency:percentile(50),
        latency:percentile(99)))
end
