-- SPDX-License-Identifier: ISC
-- wrk -s load.lua URL -- get | post FILE | cold START BODY-FORMAT | respell START NAME=FORM;FORM...
-- Prints one line of JSON when it is done.

local function post(path, body)
    return "POST " .. path .. " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
        .. #body .. "\r\n\r\n" .. body
end

-- All orders of the numbers 1 to n
local function orders(n)
    if n == 0 then return { {} } end
    local all = {}
    for _, shorter in ipairs(orders(n - 1)) do
        for at = 1, n do
            local order = { unpack(shorter) }
            table.insert(order, at, n)
            all[#all + 1] = order
        end
    end
    return all
end

local modes = {}

function modes.get() end

function modes.post(args)
    local file = assert(io.open(args[2], "rb"))
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = file:read("*a")
    file:close()
end

-- Every request another context
function modes.cold(args)
    local serial, body, path = tonumber(args[2]), args[3], wrk.path
    function request()
        serial = serial + 1
        return post(path, body:format(serial))
    end
end

-- Every request the same topology in other words. The serial number in base 3 is the blanks in the gaps, so no
-- spelling comes twice in 3^13 requests; order and forms of the members change with it.
function modes.respell(args)
    local members, path, serial = {}, wrk.path, tonumber(args[2])
    local blank = { [0] = "", " ", "\n" }
    for i = 3, #args do
        local name, rest = args[i]:match("^([^=]+)=(.*)$")
        local forms = {}
        for form in rest:gmatch("[^;]+") do forms[#forms + 1] = form end
        members[#members + 1] = { '"' .. name .. '"', forms }
    end
    local all = orders(#members)
    local gaps = 3 * #members + 1
    function request()
        serial = serial + 1
        local left, parts, order = serial, {}, all[serial % #all + 1]
        local function gap()
            local digit = left % 3
            left = (left - digit) / 3
            return blank[digit]
        end
        for i, member in ipairs(order) do
            local name, forms = members[member][1], members[member][2]
            parts[i] = gap() .. name .. gap() .. ":" .. gap() .. forms[serial % #forms + 1]
        end
        return post(path, "{" .. table.concat(parts, ",") .. gap() .. "}")
    end
    assert(3 ^ gaps > 1e6, "too few gaps for a spelling of its own each time")
end

function init(args)
    modes[args[1]](args)
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format('{"requests":%d,"micros":%d,"errors":%d,"p50":%d,"p99":%d}\n', summary.requests,
        summary.duration, e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50),
        latency:percentile(99)))
end
