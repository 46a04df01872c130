// Days and moments as log entries write them, as whole days and seconds since 1970 in UTC.

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const MOMENT = /^(2\d{3}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})Z$/;
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export const DAY_S = 86_400;

// Whether year-month-day is a day that exists, from the year 1 on (proleptic Gregorian).
export function isCalendarDay(text) {
  const found = DAY.exec(text);
  if (!found) return false;
  const [year, month, day] = found.slice(1).map(Number);
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= LENGTHS[month - 1] + (month === 2 && isLeap ? 1 : 0);
}

export function isDay(text) {
  return isCalendarDay(text) && text.startsWith("2");
}

export function isMoment(text) {
  const found = MOMENT.exec(text);
  if (!found || !isDay(found[1])) return false;
  return Number(found[2]) < 24 && Number(found[3]) < 60 && Number(found[4]) < 60;
}

export function seconds(moment) {
  return Date.parse(moment) / 1000;
}

export function dayNumber(day) {
  return Date.parse(`${day}T00:00:00Z`) / 1000 / DAY_S;
}

export function momentOf(atSeconds) {
  const date = new Date(atSeconds * 1000);
  return Number.isNaN(date.getTime()) ? String(atSeconds) : date.toISOString().replace(".000", "");
}
